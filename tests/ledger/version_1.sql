BEGIN TRANSACTION;
CREATE TABLE actions (
	return_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	"row" INTEGER NOT NULL, 
	item TEXT NOT NULL, 
	action TEXT NOT NULL, 
	horizon TEXT NOT NULL, 
	owner TEXT NOT NULL, 
	deadline VARCHAR(10), 
	measure TEXT NOT NULL, 
	status TEXT NOT NULL, 
	sheet TEXT NOT NULL, 
	cell TEXT NOT NULL, 
	PRIMARY KEY (return_id, position), 
	FOREIGN KEY(return_id) REFERENCES returns (id)
);
INSERT INTO "actions" VALUES(1,0,1,'1A','Do it','quick','Zoë','2026-09-30','','open','Action plan','C6');
INSERT INTO "actions" VALUES(2,0,1,'1A','Do it','quick','Zoë','2026-09-30','','open','Action plan','C6');
INSERT INTO "actions" VALUES(4,0,1,'1A','Do it','quick','Zoë','2026-09-30','','open','Action plan','C6');
CREATE TABLE answers (
	return_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	item TEXT NOT NULL, 
	field TEXT NOT NULL, 
	type VARCHAR(1), 
	value TEXT NOT NULL, 
	sheet TEXT NOT NULL, 
	cell TEXT NOT NULL, 
	PRIMARY KEY (return_id, position), 
	FOREIGN KEY(return_id) REFERENCES returns (id)
);
INSERT INTO "answers" VALUES(1,0,'0A','answer','t','code-0','1 Need','E6');
INSERT INTO "answers" VALUES(1,1,'1A','answer','t','code-1','1 Need','E7');
INSERT INTO "answers" VALUES(1,2,'2A','answer','t','code-2','1 Need','E8');
INSERT INTO "answers" VALUES(2,0,'0A','answer','t','code-0','1 Need','E6');
INSERT INTO "answers" VALUES(2,1,'1A','answer','t','code-1','1 Need','E7');
INSERT INTO "answers" VALUES(2,2,'2A','answer','t','code-2','1 Need','E8');
INSERT INTO "answers" VALUES(4,0,'0A','answer','t','code-0','1 Need','E6');
INSERT INTO "answers" VALUES(4,1,'1A','answer','t','code-1','1 Need','E7');
INSERT INTO "answers" VALUES(4,2,'2A','answer','t','code-2','1 Need','E8');
CREATE TABLE decisions (
	number INTEGER NOT NULL, 
	return_id INTEGER NOT NULL, 
	made_by TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	made_at VARCHAR(32) NOT NULL, 
	PRIMARY KEY (number), 
	FOREIGN KEY(return_id) REFERENCES returns (id)
);
INSERT INTO "decisions" VALUES(1,2,'Dana Okafor','Asked by telephone','2026-03-02T12:02:00.000000+00:00');
CREATE TABLE findings (
	return_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	code VARCHAR(8) NOT NULL, 
	severity VARCHAR(8) NOT NULL, 
	file TEXT NOT NULL, 
	sheet TEXT NOT NULL, 
	cell TEXT NOT NULL, 
	item TEXT NOT NULL, 
	field TEXT NOT NULL, 
	details TEXT NOT NULL, 
	cells TEXT NOT NULL, 
	PRIMARY KEY (return_id, position), 
	FOREIGN KEY(return_id) REFERENCES returns (id)
);
INSERT INTO "findings" VALUES(1,0,'C01','query','1a.xlsx','1 Need','E6','1A','','{"value":"a"}','["E7"]');
INSERT INTO "findings" VALUES(2,0,'L01','query','1b.xlsx','','','','','{"reference":"R001"}','[]');
INSERT INTO "findings" VALUES(3,0,'G01','refuse','','','','','','{}','[]');
INSERT INTO "findings" VALUES(4,0,'C01','query','0a.xlsx','1 Need','E6','1A','','{"value":"a"}','["E7"]');
CREATE TABLE issued (
	number INTEGER NOT NULL, 
	reference VARCHAR(16) NOT NULL, 
	contract INTEGER NOT NULL, 
	assessment TEXT NOT NULL, 
	round TEXT NOT NULL, 
	partner_id TEXT NOT NULL, 
	respondent_id TEXT NOT NULL, 
	toolkit TEXT NOT NULL, 
	version TEXT NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	partner TEXT NOT NULL, 
	respondent TEXT NOT NULL, 
	email TEXT NOT NULL, 
	level TEXT NOT NULL, 
	file_name TEXT NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	seal VARCHAR(64) NOT NULL, 
	issued_at VARCHAR(32) NOT NULL, 
	PRIMARY KEY (number), 
	UNIQUE (reference)
);
INSERT INTO "issued" VALUES(1,'R000',1,'riverside','2026','partner-0','person-0','tiny','1.0','08ce4e4559529237ebcc746adb4ecfd4ff55e25d5b64223566dcbba023a9dc6e','Partner 0','Person 0','p0@partner.example','board','0.xlsx','febba5b578aa51c3afd16bab3cedd92c3026d76c98b92675cbc4a11347d1316e','5555555555555555555555555555555555555555555555555555555555555555','2026-03-02T12:00:05.000000+00:00');
INSERT INTO "issued" VALUES(2,'R001',1,'riverside','2026','partner-1','person-1','tiny','1.0','08ce4e4559529237ebcc746adb4ecfd4ff55e25d5b64223566dcbba023a9dc6e','Partner 1','Person 1','p1@partner.example','board','1.xlsx','30ea6d19cad87aa02fb2815fde322c65c24a1dc35e1bb61355d3e8a19293bb51','5555555555555555555555555555555555555555555555555555555555555555','2026-03-02T12:00:05.000000+00:00');
INSERT INTO "issued" VALUES(3,'R002',1,'riverside','2026','partner-2','person-2','tiny','1.0','08ce4e4559529237ebcc746adb4ecfd4ff55e25d5b64223566dcbba023a9dc6e','Partner 2','Person 2','p2@partner.example','board','2.xlsx','93d58ffee3feafdd6b2b69f7d23a9be4fe2ed3e2965a6bbb0326715bbe333240','5555555555555555555555555555555555555555555555555555555555555555','2026-03-02T12:00:05.000000+00:00');
CREATE TABLE meta (
	"key" VARCHAR(40) NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "meta" VALUES('schema','1');
CREATE TABLE normalised (
	return_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	item TEXT NOT NULL, 
	field TEXT NOT NULL, 
	sheet TEXT NOT NULL, 
	cell TEXT NOT NULL, 
	"before" TEXT NOT NULL, 
	"after" TEXT NOT NULL, 
	how TEXT NOT NULL, 
	PRIMARY KEY (return_id, position), 
	FOREIGN KEY(return_id) REFERENCES returns (id)
);
INSERT INTO "normalised" VALUES(1,0,'1A','answer','1 Need','E6','agree ','agree','blanks');
INSERT INTO "normalised" VALUES(4,0,'1A','answer','1 Need','E6','agree ','agree','blanks');
CREATE TABLE returns (
	id INTEGER NOT NULL, 
	sha256 VARCHAR(64), 
	reading INTEGER NOT NULL, 
	run INTEGER NOT NULL, 
	file TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	reference TEXT NOT NULL, 
	size INTEGER NOT NULL, 
	state VARCHAR(24) NOT NULL, 
	standing VARCHAR(12) NOT NULL, 
	saved_at VARCHAR(32), 
	received_at VARCHAR(32) NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT same_bytes_once UNIQUE (sha256, reading), 
	FOREIGN KEY(run) REFERENCES runs (number)
);
INSERT INTO "returns" VALUES(1,'a73fcf339640929207281fb8e038884806e2eb0840f2245694dbba1d5cc89e65',1,1,'636166edb3a92e786c7378','xlsx','R001',1001,'superseded','superseded',NULL,'2026-03-02T12:01:40.000000+00:00');
INSERT INTO "returns" VALUES(2,'2caf767aa0a1dc4247210e3c2cfd50b6321a91dd49ff5ee0fe8d2b8b52317d67',1,1,'1b.xlsx','xlsx','R001',1001,'accepted','current',NULL,'2026-03-02T12:01:41.000000+00:00');
INSERT INTO "returns" VALUES(3,'b2239ae33d9bc5614aeb2e439e5032b1fe77c32f7080d3211c1d03f1b17ffcf6',1,1,'2a.xlsx','xlsx','R002',1002,'refused','refused',NULL,'2026-03-02T12:01:42.000000+00:00');
INSERT INTO "returns" VALUES(4,'6856c5a3a26b5a3f2ead70ca56870769d1fee88f9c457f4360812f2203565824',1,2,'0a.xlsx','xlsx','R000',1000,'query','current',NULL,'2026-03-02T12:15:00.000000+00:00');
CREATE TABLE runs (
	number INTEGER NOT NULL, 
	round TEXT NOT NULL, 
	began_at VARCHAR(32) NOT NULL, 
	PRIMARY KEY (number)
);
INSERT INTO "runs" VALUES(1,'2026','2026-03-02T12:01:00.000000+00:00');
INSERT INTO "runs" VALUES(2,'2026','2026-03-02T12:03:00.000000+00:00');
CREATE TABLE toolkits (
	digest VARCHAR(64) NOT NULL, 
	id TEXT NOT NULL, 
	version TEXT NOT NULL, 
	body TEXT NOT NULL, 
	kept_at VARCHAR(32) NOT NULL, 
	PRIMARY KEY (digest)
);
INSERT INTO "toolkits" VALUES('08ce4e4559529237ebcc746adb4ecfd4ff55e25d5b64223566dcbba023a9dc6e','tiny','1.0','{"id":"tiny","version":"1.0","title":"A tiny toolkit","short":"Tiny","publisher":"Nobody","year":2026,"source":"Made up for tests.","rights":"None.","about":"Three statements about working together.","how":"Pick an answer for each statement.","scales":{"agreement":{"title":"Agreement","choices":[{"code":"high","label":"Agree","score":2.0,"apart":false,"about":""},{"code":"low","label":"Disagree","score":1.0,"apart":false,"about":""}],"ordinal":true,"addition":""}},"sections":[{"id":"1","tab":"1 Basics","title":"Basics","items":[{"id":"1A","ask":"We know each other.","answer":"agreement","short":"","why":"","prompts":[],"levels":{},"views":[],"comment":true,"evidence":false,"follow_up":null,"required":true,"weighs":"","minimum":null,"maximum":null},{"id":"1B","ask":"We trust each other.","answer":"agreement","short":"","why":"","prompts":[],"levels":{},"views":[],"comment":true,"evidence":false,"follow_up":null,"required":true,"weighs":"","minimum":null,"maximum":null},{"id":"1C","ask":"We help each other.","answer":"agreement","short":"","why":"","prompts":[],"levels":{},"views":[],"comment":true,"evidence":false,"follow_up":null,"required":true,"weighs":"","minimum":null,"maximum":null}],"short":"","about":"","form":"statements","scored":true,"bands":[]}],"scoring":{"rule":"sum","source":"Made up for tests.","scale":"agreement","overall":false,"bands":[],"no_overall_because":"","flagged":[],"flagged_as":"","success":"","note":""},"action_plan":null,"closing":[],"views":[]}','2026-03-02T12:00:00.000000+00:00');
CREATE INDEX issued_by_round ON issued (round);
CREATE UNIQUE INDEX one_current_return ON returns (reference) WHERE standing = 'current';
CREATE INDEX returns_by_reference ON returns (reference);
COMMIT;
