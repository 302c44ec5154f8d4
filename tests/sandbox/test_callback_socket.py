"""The socket that takes one call."""

import socket
import threading

import pytest

from grader.sandbox.callback_socket import CallbackSocket, NobodyCalled, hang_up, is_open


def call(path):
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(str(path))
    return connection


def test_the_first_call_is_answered_and_the_way_is_gone(tmp_path):
    callback = CallbackSocket(tmp_path / "s")
    outside = call(callback.path)
    inside = callback.answer(lambda: True, 5)
    outside.sendall(b"hello")
    assert inside.recv(5) == b"hello"
    assert not callback.path.exists()
    with socket.socket(socket.AF_UNIX) as late, pytest.raises(FileNotFoundError):
        late.connect(str(callback.path))
    inside.close(), outside.close()


def test_a_call_that_comes_before_anyone_listens_is_not_lost(tmp_path):
    callback = CallbackSocket(tmp_path / "s")
    caller = threading.Timer(0.1, lambda: call(callback.path).close())
    caller.start()
    callback.answer(lambda: True, 5).close()
    caller.join()


def test_a_caller_that_died_is_not_waited_for(tmp_path):
    with pytest.raises(NobodyCalled, match="ended before"):
        CallbackSocket(tmp_path / "s").answer(lambda: False, 60)


def test_a_caller_that_never_calls_is_given_up(tmp_path):
    callback = CallbackSocket(tmp_path / "s")
    with pytest.raises(NobodyCalled, match="within 0 s"):
        callback.answer(lambda: True, 0.1)
    assert not callback.path.exists()


def test_hanging_up_is_heard_though_a_copy_is_held():
    ours, theirs = socket.socketpair()
    copy = ours.dup()
    assert is_open(theirs)
    hang_up(ours)
    assert not is_open(theirs)
    copy.close(), theirs.close()


def test_a_connection_with_unread_bytes_is_open():
    ours, theirs = socket.socketpair()
    theirs.sendall(b"R")
    assert is_open(ours)
    assert ours.recv(1) == b"R"
    ours.close(), theirs.close()
