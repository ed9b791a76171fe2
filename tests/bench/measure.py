"""What /proc tells of a tree of processes: processor time and memory."""

import os
import threading

MIB = 1 << 20
PAGE = os.sysconf("SC_PAGE_SIZE")


def parents():
    """{pid: pid of its parent}"""
    found = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as f:
                    found[int(name)] = int(f.read().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                pass  # it has ended
    return found


def tree(root):
    """The pids of a process and of all below it."""
    parent = parents()
    pids, grown = {root}, True
    while grown:
        more = {p for p, of in parent.items() if of in pids} - pids
        grown = bool(more)
        pids |= more
    return pids


def cpu_times(root):
    """Nanoseconds of processor time of each thread of the tree, so far."""
    times = {}
    for pid in tree(root):
        try:
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/schedstat", encoding="ascii") as f:
                    times[task] = int(f.read().split()[0])
        except OSError:
            pass  # it has ended
    return times


def cpu_between(before, after):
    """Seconds from one look to the other; of a thread that has ended, none."""
    return sum(t - before.get(task, 0) for task, t in after.items()) / 1e9


def pss(root):
    """Proportional set size of the tree in bytes: shared pages count once."""
    total = 0
    for pid in tree(root):
        try:
            with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
                for line in f:
                    if line.startswith("Pss:"):
                        total += 1024 * int(line.split()[1])
        except OSError:
            pass
    return total


def private(pid):
    """Resident bytes of a process that belong to no file."""
    with open(f"/proc/{pid}/statm", encoding="ascii") as f:
        words = f.read().split()
    return PAGE * (int(words[1]) - int(words[2]))


class Watch:
    """The growth of the memory of each process of a tree, while a block runs."""

    PERIOD = 0.05  # seconds between two looks

    def __init__(self, root):
        self.root = root
        self.first = {}
        self.most = {}
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def look(self):
        for pid in tree(self.root):
            try:
                size = private(pid)
            except (OSError, IndexError):
                continue
            self.first.setdefault(pid, size)
            self.most[pid] = max(self.most.get(pid, 0), size)

    def _run(self):
        while not self.done.wait(self.PERIOD):
            self.look()

    def __enter__(self):
        self.look()
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()
        self.look()

    def growth(self):
        """Bytes by which the process that grew most did."""
        return max((self.most[p] - self.first[p] for p in self.first), default=0)


def size_of(path):
    """Bytes of the files below a folder; each file once, links not at all."""
    total, seen = 0, set()
    for folder, _, names in os.walk(path):
        for name in names:
            st = os.lstat(os.path.join(folder, name))
            if (st.st_dev, st.st_ino) not in seen:
                seen.add((st.st_dev, st.st_ino))
                total += st.st_size
    return total
