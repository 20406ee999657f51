/** Entry point of the operator's command line. As in `main.ts`, everything else is imported after Node is configured. */

// The bundle's source maps turn the frames of a printed stack trace into lines of the source.
process.setSourceMapsEnabled(true);

await import("./src/admin/command-line.ts");
