// The page that judges a file: dropping it anywhere on the form, and reading the verdict at once.

const form = document.querySelector("[data-drop]");
const input = form.querySelector("[name=file]");

for (const name of ["dragenter", "dragover"]) {
  form.addEventListener(name, (event) => {
    event.preventDefault();
    form.classList.add("drop-over");
  });
}
for (const name of ["dragleave", "drop"]) {
  form.addEventListener(name, () => form.classList.remove("drop-over"));
}
form.addEventListener("drop", (event) => {
  event.preventDefault();
  if (!event.dataTransfer.files.length) return;
  input.files = event.dataTransfer.files;
  form.requestSubmit();
});

document.querySelector("[data-focus]")?.focus();
