/** The mutants that no test notices, and why none needs to: `what was → what it became`, white space squeezed. */
const EXPLAINED = [];

/** Whether nothing is wrong with `change` in this file. */
export const isExplained = (file, change) => EXPLAINED.some(({ mutants }) => mutants[file]?.includes(change));
