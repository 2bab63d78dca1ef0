// Keys that are pressed in the explorer stay there. JupyterLab takes arrows, Enter and letters for its own
// commands wherever no text is edited: "a" in a list would insert a cell. Lumino leaves an element alone that
// has this attribute.
const ITS_OWN = "select, button, input[type=checkbox]";

function keep(box) {
  for (const each of box.querySelectorAll(ITS_OWN)) each.dataset.lmSuppressShortcuts = "true";
}

export default {
  render({ el }) {
    let watch = null;
    let asked = 0;
    const begin = () => {
      const box = el.closest(".sessionlens-explorer");
      if (box === null) {
        asked = requestAnimationFrame(begin); // not in the page yet
        return;
      }
      keep(box);
      watch = new MutationObserver(() => keep(box));
      watch.observe(box, { childList: true, subtree: true });
    };
    begin();
    return () => {
      cancelAnimationFrame(asked);
      watch?.disconnect();
    };
  },
};
