// The document on the signing page: the file itself, or its reading.

// --- The document --------------------------------------------------------------------------------
const frame = document.querySelector("[data-file]");
const reading = document.querySelector("[data-reading]");
const views = document.querySelector("[data-views]");
const wide = matchMedia("(min-width: 64.01rem)");

function show(view) {
  const file = view === "file";
  if (file && !frame.src) frame.src = `${frame.dataset.file}#toolbar=0&navpanes=0&view=FitH`;
  frame.hidden = !file;
  reading.hidden = file;
  for (const button of views.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.dataset.view === view));
  }
}

if (frame && navigator.pdfViewerEnabled !== false) {
  const arrange = () => {
    views.hidden = !wide.matches;
    show(wide.matches ? "file" : "reading");
  };
  views.addEventListener("click", (event) => {
    const button = event.target.closest("[data-view]");
    if (button) show(button.dataset.view);
  });
  wide.addEventListener("change", arrange);
  arrange();
}
