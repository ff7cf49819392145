// More reasons than the page came with: each press of the button adds an empty row.
const form = document.getElementById("return-form");
const more = document.getElementById("more-reasons");
if (form && more) {
  const rows = form.querySelector(".reasons");
  const total = form.querySelector("[name=reasons-TOTAL_FORMS]");
  const most = Number(form.querySelector("[name=reasons-MAX_NUM_FORMS]").value);
  const sample = form.querySelector("template").innerHTML;
  const used = () => Number(total.value);
  more.hidden = used() >= most;
  more.addEventListener("click", () => {
    const text = sample
      .replaceAll("__prefix__", String(used()))
      .replaceAll("__number__", String(used() + 1));
    rows.insertAdjacentHTML("beforeend", text);
    total.value = String(used() + 1);
    more.hidden = used() >= most;
    rows.lastElementChild.querySelector("select").focus();
  });
}
