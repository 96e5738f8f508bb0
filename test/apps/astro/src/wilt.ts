export function wilt(element: HTMLElement): void {
  element.dataset["wilted"] = "yes";
}
