// Reads a message with postal-mime and prints what stands in it. Usage: node read_mail.js FILE
const { createHash } = require("node:crypto");
const { readFileSync } = require("node:fs");
const PostalMime = require("postal-mime").default;

const place = (one) => one.group || [{ name: one.name, address: one.address }];
const all = (list) => (list || []).flatMap(place);
const hash = (content) => createHash("sha256").update(Buffer.from(content)).digest("hex");

PostalMime.parse(readFileSync(process.argv[2])).then((mail) =>
  console.log(
    JSON.stringify({
      headers: mail.headers.map((one) => one.key),
      from: all(mail.from ? [mail.from] : []),
      to: all(mail.to),
      cc: all(mail.cc),
      subject: mail.subject,
      text: mail.text,
      html: mail.html,
      files: mail.attachments.map((one) => ({ name: one.filename, sha256: hash(one.content) })),
    }),
  ),
);
