// The login page: a token is exchanged for a cookie, then the page that was asked for opens.

const TARGETS = { dashboard: "/dashboard" };
const LINK_IS_OLD = "This link is no longer valid. Open the one that the server showed when it started, or sign in with a token.";
const OFFLINE = "The server does not answer. Check that it runs, then try again.";

const form = document.getElementById("login");
const field = document.getElementById("token");
const button = form.querySelector("button");
const message = document.getElementById("message");

function goOn() {
  const asked = new URLSearchParams(location.search).get("to");
  location.replace(Object.hasOwn(TARGETS, asked) ? TARGETS[asked] : "/");
}

async function isSignedIn() {
  const response = await fetch("/api/session", { cache: "no-store" });
  return response.ok && (await response.json()).reviewer !== null;
}

async function signIn(token) {
  const response = await fetch("/login", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token }),
  });
  const reply = await response.json();
  return reply.ok ? "" : reply.error.message;
}

async function submit(event) {
  event.preventDefault();
  button.disabled = true;
  message.textContent = "";
  const problem = await signIn(field.value.trim()).catch(() => OFFLINE);
  button.disabled = false;
  if (problem === "") return goOn();
  message.textContent = problem;
  field.select();
  field.focus();
}

form.addEventListener("submit", submit);

// Opened by a link on another site, the first request has no cookie though the browser has one.
if (await isSignedIn().catch(() => false)) goOn();
else if (location.hash === "#link") message.textContent = LINK_IS_OLD;
