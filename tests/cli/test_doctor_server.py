"""What doctor says of a CVAT server."""

import re
import socket
from pathlib import Path

import pytest
from doctor_case import doctor
from fake_cvat.fake_lambda import function

from cvat_sam.client.http.server import Server
from cvat_sam.doctor.listed import OURS, PLUGINS, judge_list
from cvat_sam.doctor.server import look

ROOT = Path(__file__).parents[2]
DEPLOYED = [
    function("cvat-sam-interactor", "interactor", "Segment Anything"),
    function("cvat-sam-detector", "detector", "Everything", labels=["object"]),
]


def asked(cvat, *, token=None, organization=None):
    """The findings, by what they are about; of several the first."""
    server = Server(cvat.url, organization=organization)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CVAT_ACCESS_TOKEN", cvat.token if token is None else token)
        found = list(look(server, auth=None, token_file=None, say=print))
    return {finding.what: finding for finding in reversed(found)}


def on_server(seen):
    """The findings of the server, which come last."""
    words = [what for _, what, _ in seen.lines]
    return seen.lines[words.index("server") :]


def test_a_server_that_has_ours(fake_cvat):
    fake_cvat.settings(functions=DEPLOYED)
    seen = doctor("--server-host", fake_cvat.url, CVAT_ACCESS_TOKEN=fake_cvat.token)
    assert seen.code == 0, seen.out
    assert on_server(seen) == [
        ("ok", "server", "CVAT 2.15.0"),
        ("ok", "account", "annotator"),
        ("ok", "functions", "CVAT lists 2 functions"),
        ("ok", "function", "cvat-sam-interactor: interactor, Segment Anything"),
        ("ok", "function", "cvat-sam-detector: detector, Everything, labels object"),
    ]
    assert seen.next_step == "Nothing is wrong."
    assert fake_cvat.token not in seen.out + seen.err


def test_the_other_spelling_of_the_option_and_a_password(fake_cvat):
    fake_cvat.settings(functions=DEPLOYED)
    seen = doctor("--server", fake_cvat.url, "--auth", fake_cvat.user, PASS=fake_cvat.password)
    assert ("ok", "account", "annotator") in seen.lines
    assert fake_cvat.password not in seen.out + seen.err


def test_an_empty_list(fake_cvat):
    finding = asked(fake_cvat)["functions"]
    assert finding.level == "wrong"
    assert "CVAT lists none" in finding.sentence
    assert finding.next_step.startswith("deploy one, as with deploy/local.sh interactor")


def test_without_nuclio(fake_cvat):
    fake_cvat.settings(nuclio=False)
    finding = asked(fake_cvat)["functions"]
    assert finding.level == "wrong"
    assert finding.sentence.startswith("Nuclio cannot be reached by it (503: HTTPConnectionPool(")
    assert "docker-compose.serverless.yml" in finding.next_step


@pytest.mark.parametrize(("fault", "words"), [("500", "cannot be reached"), ("504", "in time")])
def test_a_dashboard_that_fails(fake_cvat, fault, words):
    fake_cvat.faults([{"kind": fault, "match": "GET lambda"}])
    finding = asked(fake_cvat)["functions"]
    assert finding.level == "wrong"
    assert words in finding.sentence
    assert f"({fault})" in finding.sentence
    assert len(fake_cvat.log("GET lambda")) == 1


def test_an_account_that_may_not_use_functions(fake_cvat):
    fake_cvat.faults([{"kind": "403", "match": "GET lambda"}])
    finding = asked(fake_cvat)["functions"]
    assert (finding.level, finding.sentence) == ("wrong", "this account may not use functions")


def test_pages_that_hide_models(fake_cvat):
    fake_cvat.settings(functions=DEPLOYED, models=False)
    finding = asked(fake_cvat)["models page"]
    assert finding.level == "wrong"
    assert "CVAT_SERVERLESS" in finding.next_step


def test_a_token_that_is_not_valid(fake_cvat):
    token = "0" * 40
    seen = doctor("--server-host", fake_cvat.url, CVAT_ACCESS_TOKEN=token)
    assert seen.code == 2
    assert seen.level("server") == "ok"
    assert "it does not know us (401): Invalid token." in seen.sentence("account")
    assert seen.next_step.startswith("Next: make a new token")
    assert token not in seen.out + seen.err
    assert not fake_cvat.log("lambda")


def test_a_password_that_is_not_valid(fake_cvat):
    password = {"PASS": "xyzzy"}
    seen = doctor("--server-host", fake_cvat.url, "--auth", "annotator", **password)
    assert seen.code == 2
    assert "does not let annotator in" in seen.sentence("account")
    assert "xyzzy" not in seen.out + seen.err


def test_nobody_asks_and_the_version_is_said_all_the_same(fake_cvat):
    seen = doctor("--server-host", fake_cvat.url)
    assert seen.code == 2
    assert seen.sentence("server") == "CVAT 2.15.0"
    assert seen.level("account") == "wrong"
    assert "CVAT_ACCESS_TOKEN" in seen.next_step


def test_an_organization(fake_cvat):
    finding = asked(fake_cvat, organization="nowhere")["account"]
    assert finding.level == "wrong"
    assert "--organization" in finding.next_step
    finding = asked(fake_cvat, organization=fake_cvat.organization)["account"]
    assert finding.sentence == "annotator, in the organization lab"


def test_a_server_that_is_not_there():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    seen = doctor("--server-host", "http://127.0.0.1", "--server-port", str(port))
    assert seen.code == 2
    assert on_server(seen) == [("wrong", "server", "the connection is refused")]
    assert "Traceback" not in seen.out + seen.err


def test_a_server_that_is_no_cvat(serve):
    [finding] = look(Server(serve("interactor")), auth=None, token_file=None, say=print)
    assert (finding.level, finding.what) == ("wrong", "server")
    assert finding.next_step == "give the address that CVAT has in the browser"


def test_a_server_that_is_just_starting(fake_cvat):
    fake_cvat.faults([{"kind": "502", "match": "GET about"}])
    [finding] = asked(fake_cvat).values()
    assert (finding.level, finding.sentence) == ("wrong", "it answers 502")
    assert "wait until CVAT has started" in finding.next_step


@pytest.mark.parametrize("fault", ["html", "empty"])
def test_something_else_before_it(fake_cvat, fault):
    fake_cvat.faults([{"kind": fault, "match": "GET about"}])
    [finding] = asked(fake_cvat).values()
    assert finding.sentence == "it answers, but not as a CVAT does"


def test_a_redirect_is_not_followed_to_another_server(fake_cvat):
    fake_cvat.faults([{"kind": "redirect", "match": "GET about"}])
    [finding] = asked(fake_cvat).values()
    assert "it redirects to" in finding.sentence


def test_a_user_in_the_address_is_refused_and_not_repeated(fake_cvat):
    seen = doctor("--server-host", fake_cvat.url.replace("//", "//me:hidden@"))
    assert (seen.code, seen.out) == (2, "")
    assert "hidden" not in seen.err


# The list itself.


def judged(*functions):
    return [(one.level, one.what, one.sentence) for one in judge_list(functions)]


def test_functions_of_others_alone():
    *_, (level, what, sentence) = judged(function("f", "detector", "F", labels=["car"]))
    assert (level, what) == ("note", "ours")
    assert PLUGINS in sentence


def test_the_plugins_name_is_for_an_embedder_alone():
    [_, (level, _, sentence)] = judged(function(PLUGINS, "interactor", "SAM"))
    assert level == "ok"
    assert "it has to be an embedder" in sentence
    [_, (level, _, sentence)] = judged(function(PLUGINS, "detector", "SAM", labels=["object"]))
    assert level == "wrong"
    assert "should be of the type interactor" in sentence


def test_many_labels_are_cut_and_none_are_a_note():
    labels = [f"l{number}" for number in range(80)]
    [_, (_, _, sentence), _] = judged(function("f", "detector", "F", labels=labels))
    assert sentence.endswith("labels l0, l1, l2, l3, l4 and 75 more")
    [_, (level, _, sentence), _] = judged(function("f", "detector", "F"))
    assert level == "note"
    assert "without labels" in sentence


def test_strange_lists_do_not_stop_it():
    strange = [None, 3, {}, {"id": "a\x1b[2J\nb", "kind": None, "labels_v2": 7}]
    sentences = [sentence for _, _, sentence in judged(*strange)]
    assert sentences[0] == "CVAT lists 2 functions"
    assert "a?[2J b: None, None" in sentences


def test_our_names_are_those_of_the_yamls():
    texts = [
        (ROOT / path).read_text()
        for path in ("function.yaml", "deploy/detector.yaml", "deploy/embedder.yaml")
    ]
    names = [re.search(r"^  name: (\S+)", text, re.MULTILINE)[1] for text in texts]
    assert names == [*OURS, PLUGINS]
