// Opens a workbook with a JavaScript library and writes it anew: node resave.js LIBRARY FROM TO
"use strict";

const [library, from, to] = process.argv.slice(2);

async function main() {
  if (library === "xlsx") {
    const XLSX = require("xlsx");
    const book = XLSX.readFile(from, { cellDates: false, cellStyles: true });
    XLSX.writeFile(book, to, { bookType: to.split(".").pop() });
  } else if (library === "exceljs") {
    const ExcelJS = require("exceljs");
    const book = new ExcelJS.Workbook();
    await book.xlsx.readFile(from, { ignoreNodes: ["drawing"] });
    await book.xlsx.writeFile(to);
  } else {
    throw new Error(`no such library: ${library}`);
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
