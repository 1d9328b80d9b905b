// Puts the parts of the page together.

import { follow, watch } from "./state.js";
import { showPhone } from "./phone.js";
import { showChannel, showThread } from "./slack/conversation.js";
import { showModals } from "./slack/modal.js";
import { showSidebar } from "./slack/sidebar.js";
import { showBot, showSpent } from "./world/bot.js";
import { showBreak } from "./world/break.js";
import { showDares } from "./world/dares.js";
import { showPods } from "./world/pods.js";
import { showRequests } from "./world/requests.js";
import { showUsers } from "./world/users.js";

const at = (id) => document.getElementById(id);

showSidebar(at("sidebar"));
showChannel(at("conversation"));
showThread(at("thread"));
showModals();
showBreak(at("break"));
showUsers(at("users"));
showPods(at("pods"));
showRequests(at("requests"));
showDares(at("dares"));
showBot(at("bot-state"));
showSpent(at("spent"));
showPhone(at("phone"));

// On a small screen the page is two tabs.
const tabs = [at("tab-slack"), at("tab-world")];
const select = (tab) => {
  document.body.dataset.tab = tab.id.replace("tab-", "");
  tabs.forEach((one) => one.setAttribute("aria-selected", String(one === tab)));
};
tabs.forEach((tab) => tab.addEventListener("click", () => select(tab)));
tabs.forEach((tab, index) => tab.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
  select(tabs[1 - index]);
  tabs[1 - index].focus();
}));
watch(["here"], () => select(document.body.dataset.tab === "world" ? tabs[1] : tabs[0]));

follow();
