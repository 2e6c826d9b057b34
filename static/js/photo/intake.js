/**
 * Files that are chosen, dropped on the page or pasted into it -> `take(files)`, one or more.
 * @param {object} page
 * @param {HTMLInputElement[]} page.inputs
 * @param {HTMLElement} page.root
 * @param {(files: File[]) => void} page.take
 */
export function bindIntake({ inputs, root, take }) {
  for (const input of inputs) {
    input.addEventListener("change", () => {
      const files = [...(input.files ?? [])];
      input.value = ""; // or choosing the same again would be no change
      if (files.length > 0) take(files);
    });
  }

  /** @type {(whether: boolean) => void} */
  const dropping = (whether) => void root.toggleAttribute("data-dropping", whether);
  /** @type {(data: DataTransfer | null) => data is DataTransfer} */
  const hasFile = (data) => [...(data?.types ?? [])].includes("Files");
  document.addEventListener("dragover", (event) => {
    const { dataTransfer } = event;
    if (!hasFile(dataTransfer)) return;
    event.preventDefault(); // otherwise the browser leaves the page to show the file
    dataTransfer.dropEffect = "copy";
    dropping(true);
  });
  document.addEventListener("dragleave", ({ relatedTarget }) => {
    if (relatedTarget === null) dropping(false);
  });
  document.addEventListener("drop", (event) => {
    const { dataTransfer } = event;
    if (!hasFile(dataTransfer)) return;
    event.preventDefault();
    dropping(false);
    if (dataTransfer.files.length > 0) take([...dataTransfer.files]);
  });
  document.addEventListener("paste", ({ clipboardData }) => {
    const files = [...(clipboardData?.files ?? [])];
    if (files.length > 0) take(files);
  });
}
