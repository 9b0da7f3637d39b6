"use strict";
(function () {
  const root = document.documentElement;
  const all = function (selector, scope) { return Array.from((scope || document).querySelectorAll(selector)); };
  const make = function (name, text) {
    const element = document.createElement(name);
    if (text !== undefined) { element.textContent = text; }
    return element;
  };

  // Light and dark: the button names the other one.
  const theme = document.getElementById("theme");
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const isDark = function () { return root.dataset.theme ? root.dataset.theme === "dark" : system.matches; };
  const nameTheme = function () { theme.textContent = isDark() ? "Light page" : "Dark page"; };
  theme.addEventListener("click", function () {
    root.dataset.theme = isDark() ? "light" : "dark";
    nameTheme();
  });
  system.addEventListener("change", nameTheme);
  nameTheme();
  theme.hidden = false;

  // A button that copies each command. Without a clipboard the command is selected.
  all(".command").forEach(function (block) {
    const code = block.querySelector("code");
    const button = make("button", "Copy");
    button.type = "button";
    button.setAttribute("aria-label", "Copy the command");
    const say = function (text) {
      button.textContent = text;
      setTimeout(function () { button.textContent = "Copy"; }, 1500);
    };
    const select = function () {
      window.getSelection().selectAllChildren(code);
      say("Selected");
    };
    button.addEventListener("click", function () {
      if (!navigator.clipboard) { select(); return; }
      navigator.clipboard.writeText(code.textContent).then(function () { say("Copied"); }, select);
    });
    block.append(button);
  });

  // Headings that sort; the rows of reference stay where they are.
  all("table.scores").forEach(function (table) {
    const body = table.tBodies[0];
    const original = Array.from(body.rows);
    if (original.length === 1) { return; }
    const headings = all("tr.columns th", table);
    headings.forEach(function (heading, column) {
      const button = make("button");
      button.type = "button";
      button.className = "sort";
      button.append.apply(button, Array.from(heading.childNodes));
      heading.append(button);
      button.addEventListener("click", function () {
        const before = heading.getAttribute("aria-sort");
        const after = before === "ascending" ? "descending" : before === "descending" ? null : "ascending";
        headings.forEach(function (other) { other.removeAttribute("aria-sort"); });
        let rows = original;
        if (after) {
          heading.setAttribute("aria-sort", after);
          const sign = after === "ascending" ? 1 : -1;
          const value = function (row) {
            const cell = row.cells[column];
            if (column === 0) { return cell.querySelector(".name").textContent; }
            return cell.dataset.value ? Number(cell.dataset.value) : NaN;
          };
          rows = original.slice().sort(function (first, second) {
            const pair = [value(first), value(second)];
            if (column === 0) { return sign * pair[0].localeCompare(pair[1]); }
            if (pair.some(Number.isNaN)) { return Number.isNaN(pair[0]) - Number.isNaN(pair[1]); }
            return sign * (pair[0] - pair[1]);
          });
        }
        body.append.apply(body, rows);
      });
    });
  });

  // The configuration difference between any two runs, read from the configurations on this page.
  const form = document.getElementById("difference");
  if (form) {
    const cells = all("details.cell");
    const selects = [document.getElementById("difference-first"), document.getElementById("difference-second")];
    const result = document.getElementById("difference-result");
    const settings = function (cell) {
      return new Map(all(".configuration div", cell).map(function (entry) {
        return [entry.querySelector("dt").textContent, entry.querySelector("dd").textContent];
      }));
    };
    const show = function () {
      const pair = selects.map(function (select) { return cells[select.selectedIndex]; });
      const values = pair.map(settings);
      const keys = Array.from(new Set(values.flatMap(function (map) { return Array.from(map.keys()); })));
      const differing = keys.filter(function (key) { return values[0].get(key) !== values[1].get(key); });
      result.replaceChildren();
      if (differing.length === 0) { result.append(make("p", "No key differs.")); return; }
      const table = make("table");
      table.className = "values differences";
      const head = table.createTHead().insertRow();
      ["key", pair[0].dataset.name, pair[1].dataset.name].forEach(function (text) {
        const heading = make("th", text);
        heading.scope = "col";
        head.append(heading);
      });
      const body = table.createTBody();
      differing.forEach(function (key) {
        const row = body.insertRow();
        const heading = make("th", key);
        heading.scope = "row";
        row.append(heading);
        values.forEach(function (map) { row.append(make("td", map.has(key) ? map.get(key) : "–")); });
      });
      result.append(table);
    };
    selects.forEach(function (select) {
      cells.forEach(function (cell) { select.append(new Option(cell.dataset.name)); });
      select.addEventListener("change", show);
    });
    selects[1].selectedIndex = 1;
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    form.hidden = false;
    show();
  }

  // Paper shows everything; a link into a closed part opens it.
  let closed = [];
  window.addEventListener("beforeprint", function () {
    closed = all("details:not([open])");
    closed.forEach(function (part) { part.open = true; });
  });
  window.addEventListener("afterprint", function () { closed.forEach(function (part) { part.open = false; }); });
  const reveal = function () {
    const target = location.hash ? document.getElementById(location.hash.slice(1)) : null;
    const part = target ? target.closest("details") : null;
    if (part) { part.open = true; part.scrollIntoView(); }
  };
  window.addEventListener("hashchange", reveal);
  reveal();
})();
