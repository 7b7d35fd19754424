"""SA-1B's masks: our way against an article's, on the same made-up images.

making      the images, in a folder and in tars
article     the article's code, written anew from its description, with pycocotools
tasks       what is measured, both ways
worker      one way of one task in a process of its own: time, memory, answer
answers     whether two ways' answers are the same
flat        memory over a long tar
"""
