// Before the first paint: the reader's earlier choice, if the browser keeps one for this page.
try {
  const chosen = localStorage.getItem("mer-theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
} catch { /* storage is switched off: the system's setting holds */ }
