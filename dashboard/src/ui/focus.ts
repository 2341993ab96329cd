/** Puts the focus on a heading (`tabIndex={-1}`) after an act that has taken the pressed button away. */
export function focusOn(id: string): void {
  document.getElementById(id)?.focus();
}
