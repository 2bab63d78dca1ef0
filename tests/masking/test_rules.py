"""What is a secret and what is none, line by line."""

from __future__ import annotations

import pytest

from sessionlens.masking import Mask, Wanted

SECRETS = """mysql -u root -p⟦S3cretPw⟧ db
mysql -u root -p'⟦S3 cret⟧' db
/usr/bin/mysqldump --password=⟦Hunter2!⟧ all
mysql -u root -p⟦Sec⟧
export PGPASSWORD=⟦abc123xyz⟧
PGPASSWORD="⟦abc 123⟧" psql -h db
TOKEN=⟦abc⟧; rm -rf /srv
psql postgres://bob:⟦pa55w0rd⟧@db:5432/x
git clone https://x-access-token:⟦ghp_16C7e42F292c6912E7710c838347Ae178B4a⟧@github.com/a/b
curl -u admin:⟦Passw0rd⟧ https://h/
curl -H "Authorization: Bearer ⟦abc.def-ghi⟧" https://x
curl -H 'Authorization: Basic ⟦dXNlcjpwYXNz⟧' x
curl -H "X-Api-Key: ⟦k3yk3yk3y⟧" x
curl -b x -H 'Cookie: ⟦session=abcdef⟧' x
aws_access_key_id = ⟦AKIAIOSFODNN7EXAMPLE⟧
aws_secret_access_key = ⟦wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY⟧
aws configure set aws_secret_access_key ⟦wJalrXUtnFEMI/K7MDENG⟧
AWS Secret Access Key [None]: ⟦wJalrX⟧
⟦xoxb-123456789012-abcdefABCDEF⟧
⟦eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.SflKxwRJSMeKKF2QT4⟧
deploy with ⟦glpat-abcdefghij0123456789⟧
card ⟦4111 1111 1111 1111⟧ ok
card ⟦378282246310005⟧ ok
echo ⟦hunter22⟧ | sudo -S ls
echo 'root:⟦N3wpass⟧' | chpasswd
sshpass -p '⟦x y z⟧' ssh h
docker login -u me -p ⟦s3cr3t⟧ reg
redis-cli -a ⟦foobared⟧ ping
"password": "⟦json-s3cret⟧",
password: ⟦yaml-s3cret⟧
  db_password: '⟦q w⟧'
Password: ⟦typed1⟧
CREATE USER a IDENTIFIED BY '⟦pw1x⟧';
ALTER USER bob WITH PASSWORD '⟦pw2x⟧';
openssl enc -aes-256-cbc -pass ⟦pass:Zwerg7⟧ -in a
-----BEGIN RSA PRIVATE KEY-----⟦ MIIEabc ⟧-----END RSA PRIVATE KEY-----
root:⟦$6$saltsalt$abcdefghijklmnopqrstuvwxyz012345⟧:19000:0:99999:7:::
db.host:5432:app:bob:⟦pgp4ss⟧
keytool -storepass ⟦changeit9⟧ -list
ansible -e "ansible_password=⟦abcd1⟧ x=2"
mount -t cifs -o username=a,password=⟦bb1⟧,uid=3 //x /y
htpasswd -b f bob ⟦s3c⟧
ldapsearch -D cn=a -w ⟦ldap1⟧ -b x
mysql -u root --password ⟦hunter3⟧
kubectl create secret generic x --from-literal=pw=⟦abc1⟧
https://h/?token=⟦abcdef⟧&x=1
sqlplus scott/⟦tiger⟧@db
7z a -p⟦abc⟧ x.7z f
zip -P ⟦abc⟧ x.zip f""".splitlines()

PLAIN = """commit 3f786850e387550fdab836ed7e6dc881de23001b
index 83db48f..bf269f4 100644
d290f1ee-6c54-4b0b-90e6-d7ff0ba69cf4
sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
SHA256:uNiVztksCsDhcc0u9e8BgrJX
ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJl2 john@x
PWD=/home/john
ls -p --color
ssh -p 2222 host
mkdir -p /srv/a
mysql -P 3306 -p shop
docker run -p 8080:80 nginx
passwd: files systemd
passwd: password updated successfully
password required pam_unix.so
PasswordAuthentication yes
git log --pretty=format:%H --password-stdin
http://localhost:8080/x
root:x:0:0:root:/root:/bin/bash
1795252443000000000 4111111111111112 4111-1111-11111111
password=$PASS "${DB_PASS}"
john@web01's password:
[sudo] password for john:
Last password change : Nov 1, 2026
def f(password: str) -> None:
if token == other:
max_tokens: 512
unzip -p x.zip
su -p deploy
no token: skipped because of that
password: ********""".splitlines()


@pytest.mark.parametrize("line", SECRETS)
def test_a_secret_is_masked_and_nothing_else(line: str) -> None:
    plain = line.replace("⟦", "").replace("⟧", "")
    (_, spans), *_ = Mask(Wanted()).spans([plain])
    start = line.index("⟦")
    assert [(first, last) for first, last, _ in spans] == [(start, line.index("⟧") - 1)]


@pytest.mark.parametrize("line", PLAIN)
def test_what_is_no_secret_stays(line: str) -> None:
    assert Mask(Wanted()).text(line) == line


def test_a_label_tells_no_length() -> None:
    assert (
        Mask(Wanted()).text("PASS=a1b2")
        == Mask(Wanted()).text("PASS=a1b2c3d4e5f6")
        == "PASS=[masked: password]"
    )


def test_what_was_masked_once_is_masked_again_as_it_is() -> None:
    once = Mask(Wanted()).text("\n".join(SECRETS).replace("⟦", "").replace("⟧", ""))
    assert Mask(Wanted()).text(once) == once


def test_once_known_it_is_masked_wherever_it_stands() -> None:
    mask = Mask(Wanted(), texts=["mysql -pSec5ret.x7 -u root", "redis-cli -a hunter", "mysql -proot"])
    assert mask.text("say xSec5ret.x7y") == "say x[masked: password]y"
    assert mask.text("hunter, hunters") == "[masked: password], hunters"
    assert mask.text("root@db:~# id") == "root@db:~# id", "an ordinary word, which stands everywhere"


def test_a_line_of_a_hundred_thousand_characters_takes_no_time() -> None:
    for part in (
        "mysql ",
        "password=",
        "-----BEGIN PRIVATE KEY-----",
        "a:b@",
        "eyJ",
        "4111 ",
        "echo x | sudo ",
    ):
        Mask(Wanted()).text(part * (100_000 // len(part)))


def test_of_very_many_secrets_those_with_separators_are_found_too() -> None:
    said = [f"curl -H 'Cookie: id=a{n}b;c={n}=='" for n in range(600)]
    mask = Mask(Wanted(), texts=said)
    assert mask.text("log: id=a599b;c=599== and id=a7b;c=7==.") == (
        "log: [masked: token] and [masked: token]."
    )
    assert mask.text("log: id=a600b;c=600==") == "log: id=a600b;c=600=="
