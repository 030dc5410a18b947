// Opens workbooks with a JavaScript library and writes them anew:
// node resave.js LIBRARY FROM TO [FROM TO ...]
"use strict";

const [library, ...files] = process.argv.slice(2);

async function resave(from, to) {
  if (library === "sheetjs") {
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

async function main() {
  for (let at = 0; at < files.length; at += 2) {
    try {
      await resave(files[at], files[at + 1]);
    } catch (error) {
      console.error(files[at], error);
      process.exitCode = 1;
    }
  }
}

main();
