/** What came of the mutants of one file. */
export interface Score {
  name: string;
  killed: number;
  explained: number;
  survived: number;
}
