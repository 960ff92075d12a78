"use strict";
// Without this the page shows bytes, and lacks nothing else.
const controls = document.querySelector(".controls");
if (controls) {
  controls.hidden = false;
  controls.addEventListener("click", (event) => {
    const measure = event.target.dataset.measure;
    if (!measure) return;
    document.body.dataset.measure = measure;
    for (const button of controls.querySelectorAll("button"))
      button.setAttribute("aria-pressed", String(button.dataset.measure === measure));
    document.querySelector(".by").textContent = measure;
  });
}
