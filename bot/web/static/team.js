// Copies the words to say in the group; without it they stand on the button and below.

const button = document.querySelector("[data-copy]");

button?.addEventListener("click", async () => {
  const told = document.querySelector("[data-told]");
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    told.textContent = "复制好了，回到群里粘贴发送";
  } catch {
    told.textContent = `这里复制不了，回到群里自己打“${button.dataset.copy}”`;
  }
});
