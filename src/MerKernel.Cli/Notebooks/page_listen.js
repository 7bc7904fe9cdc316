// Runs before a page's own scripts and keeps what it complains of.
window.merHeard = [];
(() => {
  const hear = text => merHeard.push(text), write = value => value instanceof Error ? value.message : String(value);
  const error = console.error;
  console.error = (...values) => { hear(`console error: ${values.map(write).join(" ")}`); error(...values); };
  addEventListener("error", e => hear(e.target instanceof Element
    ? `not loaded: ${(e.target.src || e.target.href || e.target.tagName).slice(0, 200)}` : `script error: ${e.message}`), true);
  addEventListener("unhandledrejection", e => hear(`script error: ${write(e.reason)}`));
  addEventListener("securitypolicyviolation", e => hear(`request refused by the page's own policy: ${e.violatedDirective} ${e.blockedURI.slice(0, 200)}`));
  new PerformanceObserver(list => list.getEntries().filter(r => !/^(data|blob):/.test(r.name)).forEach(r => hear(`request: ${r.name.slice(0, 200)}`)))
    .observe({ type: "resource", buffered: true });
})();
