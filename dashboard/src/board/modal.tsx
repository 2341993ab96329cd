// A question of an act on the board: which one is asked is part of the state.
import { closeDialog } from "../store/actions";
import type { BoardState, Dialog } from "../store/state";
import { Modal as Question, type ModalProps } from "../ui/modal";

export interface AskProps {
  dialog: Dialog;
  board: BoardState;
}

export function Modal({ dialog, ...question }: Omit<ModalProps, "onClose"> & { dialog: Dialog }) {
  return <Question {...question} onClose={() => closeDialog(dialog.id)} />;
}
