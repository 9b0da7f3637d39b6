"""Drives Chromium over its DevTools pipe: see check-report.sh. Only Python's own library is needed."""

import base64
import json
import os
import pathlib
import select
import subprocess
import sys
import tempfile
import time


class Browser:
    """A headless Chromium that is spoken to in JSON over two pipes, file descriptors 3 and 4."""

    def __init__(self, program):
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        read_commands, self.commands = os.pipe()
        self.answers, write_answers = os.pipe()
        arguments = [
            program, "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
            "--host-resolver-rules=MAP * ~NOTFOUND", "--no-first-run", "--disable-background-networking",
            f"--user-data-dir={self.profile.name}", "about:blank",
        ]
        words = "exec 3<&%d 4>&%d; exec \"$@\"" % (read_commands, write_answers)
        self.process = subprocess.Popen(
            ["bash", "-c", words, "bash", *arguments], pass_fds=(read_commands, write_answers),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(read_commands)
        os.close(write_answers)
        self.buffer, self.number, self.events, self.session = b"", 0, [], None

    def receive(self, seconds):
        while b"\0" not in self.buffer:
            if not select.select([self.answers], [], [], seconds)[0]:
                return None
            piece = os.read(self.answers, 1 << 20)
            if not piece:
                sys.exit("error: the browser ended")
            self.buffer += piece
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive(60)
            if answer is None:
                sys.exit(f"error: no answer to {method} within a minute")
            if answer.get("id") != self.number:
                self.events.append(answer)
            elif "error" in answer:
                sys.exit(f"error: {method}: {answer['error']['message']}")
            else:
                return answer["result"]

    def wait(self, event):
        while not any(message.get("method") == event for message in self.events):
            message = self.receive(60)
            if message is None:
                sys.exit(f"error: no {event} within a minute")
            self.events.append(message)

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            sys.exit(f"error: {result['exceptionDetails']}")
        return result["result"].get("value")

    def open(self, path):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ["Page", "Runtime", "Log", "Network"]:
            self.call(f"{domain}.enable")
        self.call("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=0, uploadThroughput=0)
        self.resize(1280)
        self.call("Page.navigate", url=path.resolve().as_uri())
        self.wait("Page.loadEventFired")

    def resize(self, width, height=900):
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def shoot(self, path):
        height = self.evaluate("document.documentElement.scrollHeight")
        picture = self.call(
            "Page.captureScreenshot", format="png", captureBeyondViewport=True,
            clip={"x": 0, "y": 0, "width": self.evaluate("innerWidth"), "height": min(height, 16000), "scale": 1})
        path.write_bytes(base64.b64decode(picture["data"]))

    def close(self):
        self.session = None
        self.call("Browser.close")
        self.process.wait(20)
        self.profile.cleanup()


# Whatever reaches beyond the window, unless it stands in a part that scrolls by itself.
TOO_WIDE = """[...document.body.querySelectorAll('*')].filter(e => {
  const box = e.getBoundingClientRect();
  return box.width > 0 && box.right > innerWidth + 1 && !e.closest('.scroll, .skip, .hidden');
}).map(e => e.outerHTML.slice(0, 120))"""

UNNAMED = """[...document.querySelectorAll('img, svg, figure, select, button, [role=region]')].filter(e => {
  if (e.closest('[hidden]') || e.closest('[aria-hidden=true]')) return false;
  const by = e.getAttribute('aria-labelledby');
  const name = e.getAttribute('alt') || e.getAttribute('aria-label') || (by && document.getElementById(by)?.textContent)
    || (e.matches('button') && e.textContent) || e.labels?.length;
  return !name || e.matches('svg') && e.getAttribute('role') !== 'img';
}).map(e => e.outerHTML.slice(0, 120))"""

BROKEN_IMAGES = "[...document.images].filter(i => !i.complete || i.naturalWidth === 0).length"

# A heading may be at most one level below the one before it.
HEADINGS = """[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => Number(h.tagName[1]))
  .filter((level, i, all) => level > (i ? all[i - 1] : 0) + 1).length"""

FOCUSABLE = """[...document.querySelectorAll('a[href], button, select, summary, [tabindex="0"]')]
  .filter(e => e.checkVisibility({ contentVisibilityAuto: true }) && !e.closest('[hidden]')).length"""

FOCUSED = """(() => { const e = document.activeElement; if (!e || e === document.body) return null;
  window.walked ??= new Map(); const again = window.walked.has(e);
  if (!again) window.walked.set(e, window.walked.size);
  const style = getComputedStyle(e);
  return { again, name: e.outerHTML.slice(0, 90), ring: style.outlineStyle !== 'none' }; })()"""

# Sorts a table, asks for the difference between the first run and the last, and tells what did not happen.
USED = """(() => {
  const wrong = [], sort = document.querySelector('th .sort:not(th:first-child .sort)');
  if (sort) { sort.click(); if (!sort.closest('th').hasAttribute('aria-sort')) wrong.push('a table does not sort');
    sort.click(); sort.click(); }
  const second = document.getElementById('difference-second');
  if (second) { second.selectedIndex = second.options.length - 1; second.dispatchEvent(new Event('change'));
    const name = second.value, cells = [...document.querySelectorAll('details.cell')];
    if (second.options.length !== cells.length) wrong.push('a run cannot be chosen');
    const result = document.getElementById('difference-result').textContent;
    if (!result.includes(name) && !result.includes('No key differs')) wrong.push('no difference is shown'); }
  if (document.querySelectorAll('.command').length !== document.querySelectorAll('.command button').length)
    wrong.push('a command cannot be copied');
  return wrong; })()"""

UNPRINTED = """[...document.querySelectorAll('.scores th')].filter(e => !e.innerText.trim())
  .map(e => e.outerHTML.slice(0, 120))"""

CONTRAST = """(() => {
  const parse = c => (c.match(/[\\d.]+/g) || []).map(v => c.startsWith('color(') ? v * 255 : Number(v));
  const light = c => { const [r, g, b] = parse(c).map(v => (v /= 255) <= .03928
    ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b; };
  const paper = light(getComputedStyle(document.body).backgroundColor);
  const poor = new Map();
  const texts = 'p, td, th, dt, dd, a, button, summary, h1, h2, h3, li, figcaption, .chart text';
  for (const e of document.querySelectorAll(texts)) {
    if (!e.checkVisibility()) continue;
    const style = getComputedStyle(e), color = e.matches('text') ? style.fill : style.color;
    const [a, b] = [light(color), paper].sort((x, y) => y - x), ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) poor.set(color, `${color} ${ratio.toFixed(2)} ${e.outerHTML.slice(0, 80)}`);
  }
  return [...poor.values()]; })()"""


def walk(browser):
    """Presses Tab until the focus comes round, and returns what was met."""
    met = []
    for _ in range(2000):
        for kind in ["keyDown", "keyUp"]:
            browser.call("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
        focused = browser.evaluate(FOCUSED)
        if focused is None or focused["again"]:
            break
        met.append(focused)
    return met


def check(browser, path, folder):
    problems = []

    def expect(holds, what):
        if not holds:
            problems.append(what)

    started = time.monotonic()
    browser.open(path)
    seconds = time.monotonic() - started
    expect(seconds < 10, f"took {seconds:.1f} s to load")
    expect(browser.evaluate("document.title"), "no title")
    expect(not browser.evaluate(BROKEN_IMAGES), "pictures that cannot be shown")
    expect(not browser.evaluate(HEADINGS), "headings that skip a level")
    for element in browser.evaluate(UNNAMED):
        problems.append(f"without a text alternative: {element}")

    browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "light"}])
    for name, width in [("wide", 1600), ("light", 1280), ("narrow", 400)]:
        browser.resize(width)
        for element in browser.evaluate(TOO_WIDE):
            problems.append(f"wider than {width} px: {element}")
        fits = browser.evaluate("document.documentElement.scrollWidth <= innerWidth")
        expect(fits, f"scrolls sideways at {width} px")
        browser.shoot(folder / f"{name}.png")
    browser.resize(1280)
    for element in browser.evaluate(CONTRAST):
        problems.append(f"contrast below 4.5 in light: {element}")

    count = browser.evaluate(FOCUSABLE)
    met = walk(browser)
    expect(len(met) >= count, f"Tab reached {len(met)} of {count} controls")
    for control in met:
        expect(control["ring"], f"no focus ring: {control['name']}")

    problems.extend(browser.evaluate(USED))

    before = browser.evaluate("getComputedStyle(document.body).backgroundColor")
    browser.evaluate("document.getElementById('theme').click()")
    expect(browser.evaluate("getComputedStyle(document.body).backgroundColor") != before, "the theme does not change")
    for element in browser.evaluate(CONTRAST):
        problems.append(f"contrast below 4.5 in dark: {element}")
    browser.evaluate("scrollTo(0, 0); document.querySelector('details.cell')?.setAttribute('open', '')")
    browser.shoot(folder / "dark.png")

    browser.evaluate("document.querySelector('details.cell')?.removeAttribute('open')")
    browser.call("Emulation.setEmulatedMedia", media="print")
    for element in browser.evaluate(UNPRINTED):
        problems.append(f"not on paper: {element}")
    browser.call("Emulation.setEmulatedMedia", media="")
    sheet = browser.call("Page.printToPDF", printBackground=True, preferCSSPageSize=True)
    (folder / "report.pdf").write_bytes(base64.b64decode(sheet["data"]))

    for event in browser.events:
        parameters = event.get("params", {})
        if event.get("method") == "Runtime.exceptionThrown":
            problems.append(f"exception: {parameters['exceptionDetails'].get('text')}")
        elif event.get("method") == "Runtime.consoleAPICalled" and parameters["type"] in ["error", "warning"]:
            problems.append(f"console: {parameters['args']}")
        elif event.get("method") == "Log.entryAdded" and parameters["entry"]["level"] in ["error", "warning"]:
            problems.append(f"log: {parameters['entry']['text']}")
        elif event.get("method") == "Network.requestWillBeSent":
            address = parameters["request"]["url"]
            expect(address.startswith(("file:", "data:")), f"asks the network for {address}")
    print(f"{path}: {path.stat().st_size / 1e6:.2f} MB, shown in {seconds:.2f} s, {len(met)} controls by Tab")
    return problems


def main():
    program, report, folder = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    browser = Browser(program)
    try:
        problems = check(browser, report, folder)
    finally:
        browser.close()
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    print(f"screenshots and report.pdf are in {folder}")
    sys.exit(1 if problems else 0)


main()
