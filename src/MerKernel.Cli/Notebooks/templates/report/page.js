(() => {
  const root = document.documentElement, remember = theme => { try { localStorage.setItem("mer-theme", theme); } catch { } };

  const theme = document.getElementById("theme");
  theme.hidden = false;
  theme.onclick = () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    remember(root.dataset.theme = dark ? "light" : "dark");
  };

  const folds = document.querySelectorAll("details.code"), code = document.getElementById("code");
  code.hidden = folds.length === 0;
  code.onclick = () => {
    const show = code.getAttribute("aria-pressed") === "false";
    folds.forEach(f => f.open = show);
    code.setAttribute("aria-pressed", show);
    code.textContent = show ? "Hide code" : "Show code";
  };

  // A narrow page starts with its contents folded.
  if (matchMedia("(max-width: 76em)").matches) document.querySelector("nav details").open = false;

  // Each chart stands over a static picture of itself: that one is kept for print, its text names the drawn chart.
  for (const chart of document.querySelectorAll('div[id^="plot-"]')) {
    const script = chart.nextElementSibling?.textContent ?? "", picture = chart.querySelector("img");
    chart.classList.add("chart");
    // Photographs keep their colours on a dark page.
    if (/"type":\s*"image"|data:image\//.test(script)) chart.classList.add("photograph");
    if (!picture) continue;
    chart.setAttribute("role", "group");
    chart.setAttribute("aria-label", picture.alt);
    const copy = picture.cloneNode();
    copy.className = "for-print";
    copy.removeAttribute("style");
    chart.after(copy);
  }

  // A chart has the width it was laid out for; where there is less room it is shrunk as a whole.
  const fit = chart => {
    const scale = Math.min(1, chart.parentElement.clientWidth / chart.offsetWidth);
    chart.style.transformOrigin = "0 0";
    chart.style.transform = scale < 1 ? `scale(${scale})` : "";
    chart.style.marginBottom = scale < 1 ? `${(scale - 1) * chart.offsetHeight}px` : "";
  };
  // In the next frame: a size that changes while sizes are told is an error of the page.
  const later = then => seen => requestAnimationFrame(() => seen.forEach(e => then(e.target)));
  const sizes = new ResizeObserver(later(e => (e.classList.contains("chart") ? [e] : e.querySelectorAll(":scope > .chart")).forEach(fit)));
  for (const chart of document.querySelectorAll(".chart")) [chart, chart.parentElement].forEach(e => sizes.observe(e));

  // A table that is wider than its box fades at the edge behind which there is more, and the keyboard scrolls it.
  const more = box => {
    box.classList.toggle("more", box.scrollWidth - box.clientWidth - box.scrollLeft > 2);
    if (box.scrollWidth - box.clientWidth > 2) {
      box.tabIndex = 0;
      box.setAttribute("role", "region");
      box.setAttribute("aria-label", box.querySelector("caption")?.textContent ?? "table");
    }
  };
  const boxes = new ResizeObserver(later(more));
  for (const table of document.querySelectorAll(".output table")) {
    let box = table.parentElement;
    while (!/auto|scroll/.test(getComputedStyle(box).overflowX)) box = box.parentElement;
    box.addEventListener("scroll", () => more(box), { passive: true });
    boxes.observe(box);
  }

  const links = new Map([...document.querySelectorAll("nav a")].map(a => [decodeURIComponent(a.hash.slice(1)), a]));
  const seen = new IntersectionObserver(entries => {
    for (const e of entries.filter(e => e.isIntersecting)) {
      links.forEach(a => a.removeAttribute("aria-current"));
      links.get(e.target.id)?.setAttribute("aria-current", "true");
    }
  }, { rootMargin: "0px 0px -75% 0px" });
  links.forEach((_, id) => document.getElementById(id) && seen.observe(document.getElementById(id)));
})();
