/** Script of the page. It has no key and calls its own server only. */
import type { View } from "./view.ts";

const byId = (id: string): HTMLElement => {
  const element = document.getElementById(id);
  if (!element) throw new Error(`no #${id}`);
  return element;
};

function show({ isLive, problem, secrets }: View): void {
  byId("state").textContent = problem ?? (isLive ? "Live" : "Connecting…");
  byId("secrets").replaceChildren(
    ...secrets.map(({ name, status }) => {
      const item = document.createElement("li");
      // As text, never as HTML: names are user input.
      item.textContent = `${name}: ${status.toLowerCase()}`;
      return item;
    }),
  );
}

async function create(form: HTMLFormElement): Promise<void> {
  byId("answer").textContent = "";
  byId("hand-off").hidden = true;
  const body = JSON.stringify(Object.fromEntries(new FormData(form)));
  const response = await fetch("/secrets", { method: "POST", body });
  const answer = (await response.json()) as { link: string; passphrase: string } | { problem: string };
  if ("problem" in answer) {
    byId("answer").textContent = answer.problem;
    return;
  }
  form.reset();
  byId("link").textContent = answer.link;
  byId("passphrase").textContent = answer.passphrase;
  byId("hand-off").hidden = false;
}

const changes = new EventSource("/changes");
changes.onmessage = ({ data }) => show(JSON.parse(data));
changes.onerror = () => {
  byId("state").textContent = "Connecting…";
};

const form = byId("create") as HTMLFormElement;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  create(form).catch(() => {
    byId("answer").textContent = "This dashboard's server can't be reached.";
  });
});
