"""`make install` with other prefixes: every path in every file is the build's own."""

import os
import pathlib
import re
import subprocess

import pytest
import requests

import servers
from conftest import missing

TOP = pathlib.Path(__file__).resolve().parents[2]
ETC = ("apache.conf", "cairn.conf", "lighttpd.conf", "lighttpd-workers.conf")
UNITS = ("cairn", "cairn-workers@", "cairn-lighttpd")


def configure(build, *options):
    if not (TOP / "configure").exists():
        missing("configure (./autogen.sh)")
    if (TOP / "config.status").exists():
        missing("a clean source tree, for a build beside it")
    build.mkdir()
    argv = [TOP / "configure", "-q", "CFLAGS=-O0", *options]
    # the compiler that this build has, which may be cached
    cc = re.search(r"^CC = (.*)$", (pathlib.Path(servers.BUILD) / "Makefile").read_text(), re.M)
    subprocess.run([*argv, f"CC={cc.group(1)}"], cwd=build, check=True, timeout=300)


def make(build, *arguments):
    argv = ["make", "-s", f"-j{os.cpu_count()}", *arguments]
    subprocess.run(argv, cwd=build, check=True, stdout=subprocess.DEVNULL, timeout=1200)


def installed(prefix, etc):
    files = [etc / "cairn" / name for name in ETC]
    files += [prefix / f"lib/systemd/system/{unit}.service" for unit in UNITS]
    return [*files, prefix / "share/man/man8/cairn.8", prefix / "lib/sysusers.d/cairn.conf"]


@pytest.mark.parametrize("prefix, etc", [("/usr", "/etc"), ("/opt/c", "/opt/c/etc")])
def test_files_have_the_paths_of_the_build(tmp_path, prefix, etc):
    """For a package: into a folder that is another root."""
    build, root = tmp_path / "build", tmp_path / "root"
    configure(build, f"--prefix={prefix}", f"--sysconfdir={etc}")
    make(build, "install-etc", "install-man", f"DESTDIR={root}")
    for file in installed(root / prefix[1:], root / etc[1:]):
        text = file.read_text()
        assert "/usr/local" not in text and not re.search(r"@\w+@", text), file
    unit = (root / prefix[1:] / "lib/systemd/system/cairn.service").read_text()
    assert f"ExecStart={prefix}/bin/cairn server" in unit
    assert f"{etc}/cairn/cairn.conf" in unit
    lighttpd = (root / etc[1:] / "cairn/lighttpd.conf").read_text()
    assert f'"{prefix}/share/cairn/ui"' in lighttpd and '"bin-path"' in lighttpd
    workers = (root / etc[1:] / "cairn/lighttpd-workers.conf").read_text()
    assert '"bin-path"    =>' not in workers and '"socket"' in workers


def test_what_is_installed_runs(tmp_path):
    """All of it below a prefix of its own, and nothing else on the machine."""
    build, prefix = tmp_path / "build", tmp_path / "usr"
    configure(build, f"--prefix={prefix}")
    make(build, "install")
    conf = prefix / "etc/cairn/lighttpd.conf"
    argv = [servers.find_program("lighttpd"), "-tt", "-f", conf]
    # the configuration is sound; only folders that root makes may be missing here
    said = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60)
    assert "syntax" not in said.stderr + said.stdout and "parser" not in said.stderr

    class Installed(servers.CairnServer):
        def program(self, name):
            return str(prefix / "bin" / name)

    (tmp_path / "run").mkdir()
    with Installed(str(tmp_path / "run"), None) as server:
        assert requests.get(server.url + "/ready", timeout=30).status_code == 200
        with open(f"/proc/{server.pid}/task/{server.pid}/children", encoding="ascii") as f:
            programs = {os.readlink(f"/proc/{pid}/exe") for pid in f.read().split()}
        assert str(prefix / "libexec/cairn/cairn.fcgi") in programs
    make(build, "uninstall")
    assert [p for p in prefix.rglob("*") if not p.is_dir()] == []
