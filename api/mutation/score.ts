/** Number of mutants of one file by outcome. */
export interface Score {
  name: string;
  killed: number;
  explained: number;
  survived: number;
}
