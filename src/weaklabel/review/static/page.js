// The review as a page of the local server: how messages travel, and where a login is.

import { mount } from "./review.js";

const PATIENCE = 20000;
const REVIEWER = "weaklabel-review/reviewer";
const KEEPALIVE_LIMIT = 60000; // bytes; browsers refuse more for what outlives the page

/** Send a message; rejects where no server answered, or something else than our server did. */
async function send(message) {
  const body = JSON.stringify(message);
  const response = await fetch("/api/message", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body,
    cache: "no-store",
    keepalive: body.length < KEEPALIVE_LIMIT / 4,
    signal: AbortSignal.timeout(PATIENCE),
  });
  const reply = await response.json();
  if (response.status === 401) location.assign("/login"); // what waits is sent after it
  return reply;
}

function images(item_id, column) {
  return `/images?${new URLSearchParams({ item: item_id, column })}`;
}

async function logOut() {
  await fetch("/logout", { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" });
  location.assign("/login");
}

/** Tell other tabs who is logged in: what they have queued must not go out under this name. */
function tellReviewer(reviewer) {
  try {
    localStorage.setItem(REVIEWER, reviewer);
  } catch {
    // Without storage no other tab has anything queued either.
  }
  addEventListener("storage", (event) => {
    if (event.key === REVIEWER && event.newValue !== reviewer) location.reload();
  });
}

function menu(setup, reviewer) {
  tellReviewer(reviewer);
  document.title = setup.title ? `${setup.title} · review` : "Review";
  if (!setup.team) return [];
  const dashboard = setup.role === "lead" ? [{ label: "Dashboard", href: "/dashboard" }] : [];
  return [...dashboard, { label: "Log out", run: logOut }];
}

function storage() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

const place = document.querySelector("[data-weaklabel-review]");
const onOtherReviewer = () => location.reload();
mount(place, { send, images }, { isPage: true, storage: storage(), menu, onOtherReviewer });
