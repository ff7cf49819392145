// The account menu closes as menus do: on Escape, and on a click or focus outside.
const menu = document.querySelector(".account-menu");
if (menu) {
  const close = () => menu.removeAttribute("open");
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      close();
      menu.querySelector("summary").focus();
    }
  });
  for (const kind of ["click", "focusin"]) {
    document.addEventListener(kind, (event) => {
      if (menu.open && !menu.contains(event.target)) close();
    });
  }
}
