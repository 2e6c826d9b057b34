/** Files that are chosen, dropped on the page or pasted into it -> `take(file)`. */

export function bindIntake({ inputs, root, take }) {
  for (const input of inputs) {
    input.addEventListener("change", () => {
      const [file] = input.files;
      input.value = ""; // or choosing the same again would be no change
      if (file) take(file);
    });
  }

  const dropping = (whether) => root.toggleAttribute("data-dropping", whether);
  const hasFile = ({ dataTransfer }) => [...(dataTransfer?.types ?? [])].includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault(); // otherwise the browser leaves the page to show the file
    event.dataTransfer.dropEffect = "copy";
    dropping(true);
  });
  document.addEventListener("dragleave", ({ relatedTarget }) => {
    if (relatedTarget === null) dropping(false);
  });
  document.addEventListener("drop", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    dropping(false);
    take(event.dataTransfer.files[0]);
  });
  document.addEventListener("paste", ({ clipboardData }) => {
    const [file] = clipboardData?.files ?? [];
    if (file) take(file);
  });
}
