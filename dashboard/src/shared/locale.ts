/** Language of the texts, and so of dates and relative times: a sentence must not mix two. */
export const locale = "en";
