// What is wrong with a report page at its present width, a sentence each.
async function merDrawn() {
  const pause = () => new Promise(done => setTimeout(done, 50));
  while (document.readyState !== "complete") await pause();
  const drawn = () => [...document.querySelectorAll(".chart")].every(c => c.querySelector(".main-svg"));
  for (let i = 0; i < 300 && !drawn(); i++) await pause();
  await merSettled();
}

// Charts follow their container a moment later: wait until each fits and nothing moves any more.
async function merSettled() {
  const width = e => e.getBoundingClientRect().width, fits = c => { const d = c.querySelector(".main-svg"); return !d || width(d) <= width(c) + 1; };
  for (let i = 0; i < 100 && ![...document.querySelectorAll(".chart")].every(fits); i++) await new Promise(done => setTimeout(done, 50));
  const state = () => [...document.querySelectorAll(".chart, .main-svg")].map(e => { const r = e.getBoundingClientRect(); return `${r.width}x${r.height}`; }).join();
  for (let i = 0, last = "", same = 0; i < 60 && same < 4; i++) {
    await new Promise(done => setTimeout(done, 60));
    same = state() === last ? same + 1 : 0;
    last = state();
  }
}

async function merCheckPage() {
  await merSettled();
  const complaints = [], slack = 2, quote = e => `'${(e.textContent || e.getAttribute("class") || e.tagName).trim().slice(0, 60)}'`;
  const outside = (inner, outer) => inner.width > 0 && inner.height > 0 &&
    (inner.left < outer.left - slack || inner.right > outer.right + slack || inner.top < outer.top - slack || inner.bottom > outer.bottom + slack);
  const root = document.documentElement, page = { left: 0, right: root.clientWidth, top: -Infinity, bottom: Infinity };

  if (root.scrollWidth > root.clientWidth + 1) complaints.push(`the page is ${root.scrollWidth} px wide and scrolls sideways`);
  for (const image of document.images) {
    if (!image.alt.trim()) complaints.push(`an image without alternative text${image.closest("section") ? ` below ${quote(image.closest("section"))}` : ""}`);
    if (image.complete && image.naturalWidth === 0) complaints.push(`an image that cannot be shown: ${quote(image)}`);
  }
  for (const text of document.querySelectorAll(".text, .text :not(code, pre)"))
    for (const node of text.childNodes) if (node.nodeType === 3 && /\$\$|\\[a-z]{2,}/.test(node.data)) complaints.push(`an equation that is not drawn: '${node.data.trim().slice(0, 60)}'`);
  for (const math of document.querySelectorAll("math[display=block]")) {
    const rolls = /auto|scroll/.test(getComputedStyle(math).overflowY) && math.scrollHeight > math.clientHeight;
    // A long one may scroll on a narrow page, and only there.
    const cut = math.scrollWidth > math.clientWidth + slack && math.getBoundingClientRect().width < math.parentElement.clientWidth - slack;
    if (rolls || cut) complaints.push(`the equation ${quote(math)} does not fit its box`);
  }
  for (const table of document.querySelectorAll(".output table")) {
    const first = table.querySelector("tbody th, tbody td"), box = table.parentElement;
    if (box.scrollWidth - box.clientWidth <= 2 || !first) continue;
    if (!box.classList.contains("more")) complaints.push(`the table ${quote(table)} scrolls and does not show it`);
    box.scrollLeft = 60;
    if (Math.abs(first.getBoundingClientRect().left - box.getBoundingClientRect().left) > slack) complaints.push(`the first column of ${quote(table)} scrolls away`);
    box.scrollLeft = 0;
  }
  for (const chart of document.querySelectorAll(".chart")) {
    const name = `chart ${chart.getAttribute("aria-label")?.slice(0, 70) ?? chart.id}`, box = chart.getBoundingClientRect();
    if (!chart.getAttribute("aria-label")) complaints.push(`${name} has no text for those who cannot see it`);
    if (!chart.nextElementSibling?.matches(".for-print")) complaints.push(`${name} has no static picture`);
    const drawing = chart.querySelector(".main-svg");
    if (!drawing) { complaints.push(`${name} is not drawn`); continue; }
    // A chart may scroll, but in a box of its own that lies on the page.
    let frame = chart.parentElement;
    while (frame && !/auto|scroll/.test(getComputedStyle(frame).overflowX)) frame = frame.parentElement;
    if (outside((frame ?? chart).getBoundingClientRect(), page)) complaints.push(`${name} reaches beyond the page`);
    if (outside(drawing.getBoundingClientRect(), box)) complaints.push(`${name} is larger than its container`);
    const parts = chart.querySelectorAll(".gtitle, .xtick, .ytick, .g-xtitle, .g-ytitle, .annotation, .legend, .colorbar, .axis-title, .bglayer rect, .crisp, .axis");
    if (parts.length === 0 && !chart.querySelector(".main-svg .trace, .main-svg path")) complaints.push(`${name} is empty`);
    for (const part of parts) if (outside(part.getBoundingClientRect(), box)) complaints.push(`${name}: ${quote(part)} is cut off`);
    const words = [...chart.querySelectorAll(".gtitle, .xtick, .g-xtitle, .g-ytitle, .legend")].map(e => [e, e.getBoundingClientRect()]);
    const kind = e => ["gtitle", "xtick", "g-xtitle", "g-ytitle", "legend"].find(k => e.classList.contains(k));
    const across = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > slack && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > slack;
    words.forEach(([e, r], i) => words.slice(i + 1).forEach(([f, s]) => {
      if (kind(e) !== kind(f) && across(r, s)) complaints.push(`${name}: ${quote(e)} and ${quote(f)} lie over each other`);
    }));
  }
  return [...new Set(complaints)];
}
