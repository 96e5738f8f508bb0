/** All that the page's script does: it moves the map to the moment that the slider stands at. Without it the page shows one telling moment. */
export const script = `"use strict";
const find = (id) => document.getElementById(id);
const { moments, views } = JSON.parse(find("states").textContent);
const slider = find("slider");
const play = find("play");
const choice = find("view");
const pops = document.querySelectorAll("[data-pop]");
let playing;
function show() {
  const at = Number(slider.value);
  const view = views[choice ? Number(choice.value) : 0];
  const counts = {};
  for (const states of view.pops)
    counts[states[at]] = (counts[states[at]] || 0) + 1;
  for (const pop of pops)
    pop.setAttribute("href", "#shape-" + view.pops[pop.dataset.pop][at]);
  let said = moments[at];
  for (const count of document.querySelectorAll("[data-state]")) {
    const found = counts[count.dataset.state] || 0;
    count.textContent = found;
    count.parentElement.hidden = found === 0;
    if (found) said += "; " + count.parentElement.textContent;
  }
  find("moment").textContent = moments[at];
  find("whose").textContent = view.name;
  slider.setAttribute("aria-valuetext", said);
}
function stop() {
  clearInterval(playing);
  playing = undefined;
  play.textContent = "Play";
}
function step() {
  if (Number(slider.value) >= moments.length - 1) return stop();
  slider.value = Number(slider.value) + 1;
  show();
}
slider.addEventListener("input", () => { stop(); show(); });
if (choice) choice.addEventListener("change", show);
play.addEventListener("click", () => {
  if (playing) return stop();
  if (Number(slider.value) >= moments.length - 1) slider.value = 0;
  play.textContent = "Pause";
  playing = setInterval(step, 120);
});
for (const jump of document.querySelectorAll("[data-moment]"))
  jump.addEventListener("click", () => { stop(); slider.value = jump.dataset.moment; show(); });
find("controls").hidden = moments.length < 2;
show();
`;
