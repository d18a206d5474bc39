# SPDX-License-Identifier: Apache-2.0
"""auth.py AUTH_PEER: handshakes of this Python with the library.

What is tried is every role, each digest that can be asked for, other keys, and
what a policy refuses. Python 3.6 and newer.
"""
import multiprocessing.connection as connection
import socket
import subprocess
import sys

DEFAULT, MD5, SHA256, SHA384, SHA3_256, SHA3_384 = range(6)
OLD = sys.version_info < (3, 12)

# What Python calls for each role of its peer.
CALLS = {
    "listener": (connection.answer_challenge, connection.deliver_challenge),
    "client": (connection.deliver_challenge, connection.answer_challenge),
    "deliver": (connection.answer_challenge,),
    "answer": (connection.deliver_challenge,),
}


def shake(role, key, peer_key, min_digest, offer):
    """What Python raised, the peer's exit code, and what it said."""
    ours, theirs = socket.socketpair()
    ours.settimeout(None)
    peer = subprocess.Popen(
        [sys.argv[1], role, peer_key, str(min_digest), str(offer)],
        stdin=theirs.fileno(), stdout=theirs.fileno(), stderr=subprocess.PIPE)
    theirs.close()
    raised = None
    with connection.Connection(ours.detach()) as stream:
        try:
            for call in CALLS[role]:
                call(stream, key.encode())
        except (connection.AuthenticationError, EOFError, OSError) as error:
            raised = error
    _, said = peer.communicate(timeout=30)
    return raised, peer.returncode, said.decode()


def expect(what, good):
    if not good:
        sys.exit("%s: %r" % (sys.version.split()[0], what))


def expect_agreement(*arguments):
    result = shake(*arguments)
    expect((arguments, result), result == (None, 0, ""))


def expect_refusal(text, *arguments):
    result = shake(*arguments)
    raised, code, said = result
    expect((arguments, result), raised is not None and code == 1 and text in said)


def main():
    for role in CALLS:
        for key in "key", "", "k" * 1000:
            expect_agreement(role, key, key, MD5, DEFAULT)
        for offer in MD5, SHA256, SHA384, SHA3_256, SHA3_384:
            expect_agreement(role, "key", "key", MD5, offer)
        # Who answers first learns from the verdict, who asks from the response.
        text = "another key" if role in ("listener", "deliver") else "rejected"
        expect_refusal(text, role, "key", "other", MD5, DEFAULT)
        if OLD:
            expect_refusal("MP_DIGEST_MD5", role, "key", "key", DEFAULT, DEFAULT)
            continue
        expect_agreement(role, "key", "key", DEFAULT, DEFAULT)
        expect_refusal(text, role, "key", "other", DEFAULT, DEFAULT)
        # It answers by whichever digest it is asked for, and asks for SHA-256.
        if role == "deliver":
            expect_agreement(role, "key", "key", SHA384, DEFAULT)
        else:
            expect_refusal("weaker", role, "key", "key", SHA384, DEFAULT)
    print("ok")


main()
