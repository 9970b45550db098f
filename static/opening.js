// Asks how far the loading is, and goes on once the server itself answers.
const put = (id, text) => { document.getElementById(id).textContent = text };
const on = () => location.replace(location.pathname);
const look = async () => {
  try {
    const answer = await fetch("/opening.json?lang=" + document.documentElement.lang, { cache: "no-store" });
    if (!answer.headers.get("X-Rawat-Opening")) return on();
    const told = await answer.json();
    document.getElementById("bar").value = told.percent;
    put("percent", told.percent + " %");
    put("left", told.left);
    if (document.getElementById("now").textContent !== told.text) put("now", told.text);
  } catch { /* the next question finds out */ }
  setTimeout(look, 700);
};
setTimeout(look, 700);
