// Before the first paint, so that a dark page never flashes light. "system" (or nothing) follows the system.
(function () {
  var chosen = localStorage.getItem("tilth.theme");
  var dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
