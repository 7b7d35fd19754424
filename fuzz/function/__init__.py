"""Hostile requests, ten thousand of them, over HTTP to `cvat-sam serve`.

`python -m fuzz.function` (see `make fuzz-function`) goes through these rooms:

    pictures    small images in every form that people upload
    bombs       files that say or hold far more than they weigh
    damage      images that are none any more
    values      JSON values that do not belong where they are put
    prompts     clicks and boxes, right and half right
    bodies      requests that are right, or whose image or prompt is not
    misplaced   requests with values that do not belong where they are
    misspelt    requests whose JSON or base64 is damaged
    wires       what is wrong below the body: headers, lengths, a client that goes away
    requests    one numbered request
    asking      sends it, and has the reply
    judging     whether that reply may be
    warming     what is asked before memory is measured
    hosts       the process that answers: its memory, and what its log must not have
    running     the whole run
    report      findings and the summary, as text

Every request has a number and comes from that number and the seed alone, so that it can be had
again. It may be answered, refused with one sentence (400), or told that there is no object (422).
All else is a finding: another status, a reply that CVAT would store wrongly, a traceback, a piece
of the request in the log, memory that grows, a process that dies, a good click that is answered
in another way than before.
"""
