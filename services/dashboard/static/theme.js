// Wears the chosen colours before the first paint, so that a dark page does not flash white; and says that scripts run.
{
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const chosen = localStorage.getItem("theme");
    if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  } catch { /* a browser that keeps nothing: as the system */ }
}
