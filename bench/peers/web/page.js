"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const details = JSON.parse($("details").textContent);

  // Light or dark: the system's choice until somebody makes another.
  const root = document.documentElement, dress = $("dress");
  const dark = () => root.dataset.dress ? root.dataset.dress === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const show = () => dress.setAttribute("aria-pressed", dark());
  try { root.dataset.dress = localStorage.getItem("dress") || ""; } catch { /* a file may have no storage */ }
  if (!root.dataset.dress) delete root.dataset.dress;
  dress.addEventListener("click", () => {
    root.dataset.dress = dark() ? "light" : "dark";
    try { localStorage.setItem("dress", root.dataset.dress); } catch { /* as above */ }
    show();
  });
  show();

  // The plan and the figures of a case.
  const dialog = $("detail");
  document.addEventListener("click", (event) => {
    const button = event.target.closest(".case");
    if (!button) return;
    const name = button.dataset.case, d = details[name];
    $("d-name").textContent = name;
    $("d-kernel").textContent = "Kernel: " + d.kernel;
    $("d-explain").textContent = d.explain;
    $("d-figures").replaceChildren(...d.figures.map(([what, figure]) => {
      const row = document.createElement("tr"), head = document.createElement("th"), cell = document.createElement("td");
      head.scope = "row";
      head.textContent = what;
      cell.textContent = figure;
      row.append(head, cell);
      return row;
    }));
    dialog.showModal();
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });

  // The table: sorted by any column, figures that are missing always last.
  const table = $("table"), body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
  const key = (row, column) => {
    const cell = row.cells[column], v = cell.dataset.v;
    return v === undefined ? cell.textContent.trim().toLowerCase() : Number(v);
  };
  const sort = (column) => {
    const head = heads[column];
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const h of heads) h.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const missing = (v) => v === 0 || v === "";
    const rows = [...body.rows].map((row) => [key(row, column), row]);
    rows.sort(([a], [b]) => {
      if (missing(a) || missing(b)) return missing(a) - missing(b);
      const order = a < b ? -1 : a > b ? 1 : 0;
      return down ? -order : order;
    });
    body.append(...rows.map(([, row]) => row));
  };
  heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => sort(column)));

  const filter = () => {
    const words = $("find").value.toLowerCase().split(/\s+/).filter(Boolean);
    const family = $("family").value, behind = $("behind").checked;
    let shown = 0;
    for (const row of body.rows) {
      const text = row.textContent.toLowerCase();
      const heat = Number(row.dataset.heat);
      const keep = words.every((w) => text.includes(w)) && (!family || row.dataset.family === family) && (!behind || (heat >= 0 && heat < 3));
      row.hidden = !keep;
      if (keep) shown++;
    }
    $("count").textContent = shown + " of " + body.rows.length + " cases";
  };
  $("filters").addEventListener("input", filter);
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  filter();
})();
