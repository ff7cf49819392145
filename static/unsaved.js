// A click beside a record (another page, the other language) does not lose what was typed into it:
// the browser asks first. A record that came back with errors is not saved either.
for (const form of document.querySelectorAll("form.record")) {
  let unsaved = Boolean(form.querySelector(".note-error"));
  form.addEventListener("input", () => {
    unsaved = true;
  });
  form.addEventListener("submit", () => {
    unsaved = false;
  });
  addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
}
