"""A cluster whose idle worker was killed goes on: the queue it waited at is read again."""

import multiprocessing
import os
import signal
import time

from messaging import jams


def wait_at(queue, ready):
    """What an idle worker does: it holds the lock while it waits for a task."""
    ready.set()
    queue.get()


def a_queue_whose_reader_was_killed():
    processes = multiprocessing.get_context("fork")
    queue, ready = processes.Queue(), processes.Event()
    reader = processes.Process(target=wait_at, args=[queue, ready])
    reader.start()
    ready.wait(5)
    time.sleep(0.3)
    os.kill(reader.pid, signal.SIGKILL)
    reader.join()
    queue.put("task")
    time.sleep(0.2)
    return queue


def test_a_queue_that_nobody_can_read_is_noticed_and_freed():
    queue = a_queue_whose_reader_was_killed()
    assert jams.is_stuck(queue)
    jams.free(queue)
    assert queue.get(timeout=2) == "task"


def test_a_queue_that_is_read_is_left_alone():
    queue = multiprocessing.get_context("fork").Queue()
    assert not jams.is_stuck(queue)
    queue.put("task")
    time.sleep(0.2)
    assert not jams.is_stuck(queue)


def test_a_process_without_a_queue_watches_nothing():
    assert jams._pipe() is None
