// Signing as a sheet from below, where there is no room for it beside the document. Below the
// document it stands too: whoever has read to the end needs no button to come to it.

// Asked each time: whoever sets up a way to sign gets another panel in its place.
const panel = () => document.querySelector("[data-sheet]");
const bar = document.querySelector("[data-sheet-bar]");
const frame = document.querySelector("[data-sheet-frame]");
if (panel() && frame && "HTMLDialogElement" in window) begin();

function begin() {
  const sheet = frame.content.firstElementChild.cloneNode(true);
  const opener = bar.querySelector("[data-sheet-open]");
  const beside = matchMedia("(min-width: 64.01rem)");
  const home = document.createComment("");
  panel().before(home);
  home.parentElement.append(sheet);
  opener.setAttribute("role", "button");
  opener.setAttribute("aria-haspopup", "dialog");

  function open() {
    sheet.append(panel());
    sheet.showModal();
    // The title, not the first field: a phone would cover the sheet with its keyboard.
    panel().querySelector("#sign-title").focus();
  }

  function arrange() {
    if (beside.matches) sheet.close();
    // What went wrong is said in the panel.
    else if (panel().querySelector("[role=alert]:not([hidden])")) open();
  }

  opener.addEventListener("click", (event) => {
    event.preventDefault();
    open();
  });
  opener.addEventListener("keydown", (event) => {
    if (event.key !== " ") return;
    event.preventDefault();
    open();
  });
  sheet.querySelector("[data-sheet-close]").addEventListener("click", () => sheet.close());
  sheet.addEventListener("close", () => home.after(panel()));
  sheet.addEventListener("click", (event) => {
    if (event.target === sheet) sheet.close(); // beside it: the sheet itself has no margin of its own
  });
  beside.addEventListener("change", arrange);
  // Once the panel is in sight, the bar leads nowhere, and would cover it.
  const sight = new IntersectionObserver((entries) => {
    bar.hidden = entries.at(-1).isIntersecting && !sheet.open;
  }, { rootMargin: "100000px 0px -30% 0px" });
  const watch = () => { sight.disconnect(); sight.observe(panel()); };
  document.addEventListener("part-arrived", watch);
  watch();
  arrange();
}
