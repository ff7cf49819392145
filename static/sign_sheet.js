// Signing as a sheet from below, where there is no room for it beside the document.

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
    sheet.showModal();
    // The title, not the first field: a phone would cover the sheet with its keyboard.
    panel().querySelector("#sign-title").focus();
  }

  function arrange() {
    if (beside.matches) {
      if (sheet.open) sheet.close();
      home.after(panel());
    } else {
      sheet.append(panel());
      // What went wrong is said in the panel.
      if (panel().querySelector("[role=alert]:not([hidden])")) open();
    }
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
  sheet.addEventListener("click", (event) => {
    if (event.target === sheet) sheet.close(); // beside it: the sheet itself has no margin of its own
  });
  beside.addEventListener("change", arrange);
  arrange();
}
