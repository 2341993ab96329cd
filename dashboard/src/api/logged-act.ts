// A line of the log: who did what.

export interface LoggedAct {
  id: string;
  seq: number;
  at: string;
  user_id: string;
  by: string;
  kind: string;
  delivery_id?: string;
  merchant_name?: string;
  courier_id?: string;
  courier_name?: string;
  detail: unknown;
}
