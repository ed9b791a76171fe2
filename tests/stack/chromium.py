"""A headless Chromium, driven over its pipe: no more than the pictures need."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time

PATIENCE = 120  # seconds, for a page on a busy machine


class Chromium:
    """Speaks DevTools' protocol: JSON with a NUL behind, on descriptors 3 and 4."""

    def __enter__(self):
        self.profile = tempfile.mkdtemp(prefix="cairn-chromium-")
        to_read, self.to = os.pipe()
        self.back, to_write = os.pipe()
        options = [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            "--hide-scrollbars", "--window-size=1300,900", "--remote-debugging-pipe",
            f"--user-data-dir={self.profile}", "about:blank",
        ]  # fmt: skip
        self.process = subprocess.Popen(
            ["bash", "-c", f'exec chromium "$@" 3<&{to_read} 4>&{to_write}', "chromium", *options],
            pass_fds=(to_read, to_write),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(to_write)
        self.rest, self.number, self.session = b"", 0, None
        targets = self.call("Target.getTargets")["targetInfos"]
        page = next(t for t in targets if t["type"] == "page")
        self.session = self.call(
            "Target.attachToTarget", targetId=page["targetId"], flatten=True
        )["sessionId"]
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self.to)
        os.close(self.back)
        shutil.rmtree(self.profile, ignore_errors=True)

    def call(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                assert "error" not in answer, answer
                return answer["result"]

    def receive(self):
        while b"\0" not in self.rest:
            more = os.read(self.back, 1 << 20)
            assert more, "chromium has ended"
            self.rest += more
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def run(self, script):
        """The value of a JavaScript expression in the page."""
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        return result["result"].get("value")

    def open(self, url):
        self.call("Page.navigate", url=url)

    def shows(self, *texts):
        """Wait until the page shows all of these texts."""
        end = time.monotonic() + PATIENCE
        page = ""
        while time.monotonic() < end:
            page = self.run("document.body ? document.body.innerText : ''") or ""
            if all(text in page for text in texts):
                return page
            time.sleep(0.2)
        raise AssertionError(f"the page does not show {texts}, but: {page[:2000]}")

    def picture(self, path):
        data = self.call("Page.captureScreenshot")["data"]
        path.write_bytes(base64.b64decode(data))
