/* The SQL editor: CodeMirror in a shadow root, because its styles are made by script and the content policy of the
   page allows none. The textarea stays the form's field; without this script it is the editor. */
import {
  autocompletion, bracketMatching, closeBrackets, closeBracketsKeymap, completionKeymap, defaultKeymap, drawSelection,
  EditorState, EditorView, highlightActiveLine, HighlightStyle, history, historyKeymap, keymap, lineNumbers, sql, SQLite,
  syntaxHighlighting, tags
} from "./vendor/codemirror/codemirror.min.js";

const doc = document, KEPT = 30, field = doc.querySelector(".sql-box textarea");
/* as in statement.py: what is within quotes and comments is no parameter */
const PARTS = /'(?:[^']|'')*'?|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|"(?:[^"]|"")*"?|[:@$]([A-Za-z_][A-Za-z0-9_]*)/g;

/* colours are the page's own, so light and dark follow it */
const theme = EditorView.theme({
  "&": { backgroundColor: "var(--code)", color: "var(--text)", fontSize: ".95rem" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6", minHeight: "13rem", maxHeight: "60vh" },
  ".cm-content": { caretColor: "var(--text)", padding: ".6rem 0" },
  ".cm-gutters": { backgroundColor: "var(--surface-2)", color: "var(--muted)", border: "0" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--line) 35%, transparent)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground":
    { backgroundColor: "color-mix(in srgb, var(--primary) 28%, transparent)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "transparent", outline: "1px solid var(--focus)" },
  ".cm-tooltip": { backgroundColor: "var(--surface)", color: "var(--text)", border: "1px solid var(--line-strong)" },
  ".cm-tooltip-autocomplete > ul > li": { padding: ".2rem .5rem" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--primary)", color: "var(--on-primary)" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" }
});
const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword], color: "var(--k-kw)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--k-str)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--k-num)" },
  { tag: [tags.comment, tags.lineComment, tags.blockComment], color: "var(--muted)", fontStyle: "italic" },
  { tag: tags.typeName, color: "var(--k-key)" }
]);

/* tables and columns as the page lists them */
function schema() {
  const found = {};
  doc.querySelectorAll("#schema [data-table]").forEach(table => {
    found[table.dataset.table] = Array.from(table.querySelectorAll("[data-column]"), column =>
      ({ label: column.dataset.column, detail: column.dataset.kind, type: "property" }));
  });
  return found;
}

function parametersOf(text) {
  const names = [];
  for (const match of text.matchAll(PARTS)) {
    if (match[1] && !names.includes(match[1])) { names.push(match[1]); }
  }
  return names;
}

/* a field for each parameter that is typed, with the value that it had before it was deleted and typed again */
const values = new Map();
function showParameters(text) {
  const place = doc.getElementById("sql-parameters");
  if (!place) { return; }
  const names = parametersOf(text), there = new Map(Array.from(place.children, each => [each.querySelector("input").name.slice(2), each]));
  there.forEach((each, name) => {
    if (!names.includes(name)) { values.set(name, each.querySelector("input").value); each.remove(); }
  });
  names.forEach(name => {
    if (there.has(name)) { return; }
    const box = doc.createElement("div"), label = doc.createElement("label"), input = doc.createElement("input");
    box.className = "field"; label.className = "small mono"; label.htmlFor = input.id = input.name = "p_" + name;
    label.textContent = ":" + name; input.maxLength = 200; input.autocomplete = "off"; input.value = values.get(name) || "";
    box.append(label, input); place.append(box);
  });
}

/* What is typed over a selection is put in here: Chromium would merge the lines with inline styles, which the content
   policy refuses. */
function typedOver(event, view) {
  const range = view.state.selection.main, text = event.data;
  if (event.inputType !== "insertText" || !text || range.empty || view.composing) { return false; }
  const insert = () => view.state.update(view.state.replaceSelection(text), { userEvent: "input.type", scrollIntoView: true });
  if (!view.state.facet(EditorView.inputHandler).some(handler => handler(view, range.from, range.to, text, insert))) {
    view.dispatch(insert());
  }
  return true;
}

function makeEditor() {
  const host = doc.createElement("div"), label = doc.querySelector('label[for="' + field.id + '"]');
  field.after(host);
  const root = host.attachShadow({ mode: "open" });
  const run = () => { field.form.requestSubmit(); return true; };
  const view = new EditorView({
    parent: root, root,
    state: EditorState.create({
      doc: field.value,
      extensions: [
        lineNumbers(), history(), drawSelection(), bracketMatching(), closeBrackets(), autocompletion(), highlightActiveLine(),
        sql({ dialect: SQLite, schema: schema(), upperCaseKeywords: true }), theme, syntaxHighlighting(colours),
        EditorView.contentAttributes.of({
          "aria-label": label.textContent.trim(), "aria-multiline": "true", tabindex: "0", spellcheck: "false", autocapitalize: "off" }),
        EditorView.domEventHandlers({ beforeinput: typedOver }),
        keymap.of([{ key: "Mod-Enter", run }, ...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap]),
        EditorView.updateListener.of(change => {
          if (change.docChanged) { field.value = change.state.doc.toString(); showParameters(field.value); }
        })
      ]
    })
  });
  field.hidden = true;
  label.addEventListener("click", event => { event.preventDefault(); view.focus(); });
  return view;
}

function put(view, text) {
  view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
  view.focus();
}

/* the cursor goes to the place of the mistake */
function goToMistake(view) {
  const place = doc.querySelector("#sql-result [data-line]");
  if (!place || Number(place.dataset.line) > view.state.doc.lines) { return; }
  const line = view.state.doc.line(Number(place.dataset.line));
  view.dispatch({ selection: { anchor: Math.min(line.to, line.from + Number(place.dataset.column) - 1) }, scrollIntoView: true });
}

/* the person's own queries, in this browser alone */
function makeHistory(view) {
  const box = doc.getElementById("sql-history");
  if (!box) { return () => undefined; }
  const key = "rawat-sql-" + box.dataset.person, list = box.querySelector("ul");
  const read = () => { try { return JSON.parse(localStorage.getItem(key)) || []; } catch (none) { return []; } };
  function show() {
    const all = read();
    box.hidden = !all.length;
    list.replaceChildren(...all.map(text => {
      const item = doc.createElement("li"), button = doc.createElement("button");
      button.type = "button"; button.className = "item mono sql-kept"; button.textContent = text;
      button.addEventListener("click", () => put(view, text));
      item.append(button);
      return item;
    }));
  }
  box.querySelector("[data-forget]").addEventListener("click", () => { localStorage.removeItem(key); show(); });
  show();
  return text => {
    try {
      localStorage.setItem(key, JSON.stringify([text, ...read().filter(each => each !== text)].slice(0, KEPT)));
    } catch (full) { return; }
    show();
  };
}

doc.addEventListener("click", event => {
  const link = event.target.closest("[data-copy]");
  if (!link || !navigator.clipboard) { return; }
  event.preventDefault();
  navigator.clipboard.writeText(link.href).then(() => { link.textContent = link.dataset.copy; }, () => { location.href = link.href; });
});
/* too many or too busy is an answer, too: it says how long to wait */
doc.addEventListener("htmx:beforeSwap", event => {
  if (event.detail.target.id === "sql-result" && [429, 503].includes(event.detail.xhr.status)) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});
if (field) {
  const view = makeEditor(), keep = makeHistory(view);
  if (doc.querySelector("#sql-result > *")) { keep(field.value); goToMistake(view); }
  doc.addEventListener("htmx:afterSettle", event => {
    if (event.detail.target.id === "sql-result") { keep(field.value); goToMistake(view); showParameters(field.value); }
  });
}
