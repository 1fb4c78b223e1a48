// Waits for the money to arrive and then shows the result; in WeChat's own browser it opens the payment over the page.
// Without it the page still has its code, its button and a link to the result.

const trade = document.querySelector("[data-trade]").dataset.trade;
const button = document.querySelector("[data-inapp]");
const said = document.querySelector("[data-said]");
const result = () => location.assign(`/paid/${trade}`);

let looks = 0;
const look = async () => {
  if (!document.hidden) {
    looks += 1;
    try {
      const answer = await fetch(`/paid/${trade}/state`, { cache: "no-store" });
      if (answer.ok && (await answer.json()).state !== "waiting") return result();
    } catch { /* no network for a moment: look again */ }
  }
  setTimeout(look, looks < 60 ? 3000 : 15000);
};
setTimeout(look, 3000);
document.addEventListener("visibilitychange", () => { if (!document.hidden) looks = 0; });

const pay = () => {
  if (!window.WeixinJSBridge) return;
  const { appid, timestamp, noncestr, package: prepay, signtype, paysign } = button.dataset;
  const wanted = { appId: appid, timeStamp: timestamp, nonceStr: noncestr, package: prepay, signType: signtype, paySign: paysign };
  window.WeixinJSBridge.invoke("getBrandWCPayRequest", wanted, ({ err_msg: word }) => {
    if (word === "get_brand_wcpay_request:ok") return result();
    said.hidden = false;
    said.textContent = word.endsWith(":cancel") ? "还没付，想付的时候再点" : "微信没付成，再点一次试试";
  });
};

if (button) {
  button.addEventListener("click", pay);
  if (window.WeixinJSBridge) pay();
  else document.addEventListener("WeixinJSBridgeReady", pay, { once: true });
}
