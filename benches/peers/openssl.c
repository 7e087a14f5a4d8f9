/* The issuer's side of Visa CVN 10 and 18 with OpenSSL, by its low-level DES_* functions and by EVP, timed.
 *
 * Usage: openssl VERSION MASTER_KEY DIGITS ATC PADDED ARQC SIGNED ARPC    (VERSION 10 or 18, the rest in hex)
 * SIGNED is the response code (10) or the card status update (18). Every variant must give ARPC before it is timed.
 * Prints "NAME NANOSECONDS" lines: the median of the rounds, in CPU time of the thread. The master key is scheduled once;
 * EVP ciphers are fetched once and contexts are reused. */

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/des.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 61, PER_ROUND = 2000, MOST = 256 };
typedef unsigned char byte;

static struct {
    int version;
    byte master[16], digits[8], atc[2], padded[MOST], arqc[8], signed_answer[4], arpc[8];
    size_t length, answer;
} in;

static size_t hex(const char *text, byte *out, size_t most) {
    size_t length = strlen(text) / 2;
    if (length > most) exit(2);
    for (size_t i = 0; i < length; i++) {
        unsigned value;
        if (sscanf(text + 2 * i, "%2x", &value) != 1) exit(2);
        out[i] = (byte)value;
    }
    return length;
}

static void must(int ok) {
    if (!ok) {
        fputs("an OpenSSL call failed\n", stderr);
        exit(1);
    }
}

/* What both interfaces need of two-key TDES under one key. */
typedef struct {
    void (*tdes)(const byte key[16], const byte block[8], byte out[8]);
    void (*master)(const byte block[8], byte out[8]);
    void (*retail_mac)(const byte key[16], const byte *padded, size_t length, byte out[8]);
} peer;

/* Low level. */

static DES_key_schedule low_master[2];

static void low_schedule(const byte key[16], DES_key_schedule pair[2]) {
    DES_set_key_unchecked((const_DES_cblock *)key, &pair[0]);
    DES_set_key_unchecked((const_DES_cblock *)(key + 8), &pair[1]);
}

static void low_ede(DES_key_schedule pair[2], const byte block[8], byte out[8]) {
    DES_ecb2_encrypt((const_DES_cblock *)block, (DES_cblock *)out, &pair[0], &pair[1], DES_ENCRYPT);
}

static void low_tdes(const byte key[16], const byte block[8], byte out[8]) {
    DES_key_schedule pair[2];
    low_schedule(key, pair);
    low_ede(pair, block, out);
}

static void low_under_master(const byte block[8], byte out[8]) { low_ede(low_master, block, out); }

static void low_retail_mac(const byte key[16], const byte *padded, size_t length, byte out[8]) {
    DES_key_schedule pair[2];
    DES_cblock chain = {0};
    low_schedule(key, pair);
    for (size_t at = 0; at < length; at += 8) {
        for (int i = 0; i < 8; i++) chain[i] ^= padded[at + i];
        DES_ecb_encrypt(&chain, &chain, &pair[0], DES_ENCRYPT);
    }
    DES_ecb_encrypt(&chain, &chain, &pair[1], DES_DECRYPT);
    DES_ecb_encrypt(&chain, &chain, &pair[0], DES_ENCRYPT);
    memcpy(out, chain, 8);
}

static const peer low = {low_tdes, low_under_master, low_retail_mac};

/* EVP. Single DES is in the legacy provider. */

static EVP_CIPHER *ede_ecb, *ede_cbc, *des_cbc;
static EVP_CIPHER_CTX *evp_master, *evp_ede, *evp_ede_cbc, *evp_cbc;

static void evp_block(EVP_CIPHER_CTX *context, const byte block[8], byte out[8]) {
    int written;
    must(EVP_EncryptUpdate(context, out, &written, block, 8) && written == 8);
}

static void evp_tdes(const byte key[16], const byte block[8], byte out[8]) {
    must(EVP_EncryptInit_ex2(evp_ede, ede_ecb, key, NULL, NULL));
    EVP_CIPHER_CTX_set_padding(evp_ede, 0);
    evp_block(evp_ede, block, out);
}

static void evp_under_master(const byte block[8], byte out[8]) { evp_block(evp_master, block, out); }

/* CBC with the left key up to the last block, which goes through TDES. */
static void evp_retail_mac(const byte key[16], const byte *padded, size_t length, byte out[8]) {
    byte chain[MOST] = {0};
    const byte *link = chain;
    int written;
    if (length > 8) {
        must(EVP_EncryptInit_ex2(evp_cbc, des_cbc, key, chain, NULL));
        EVP_CIPHER_CTX_set_padding(evp_cbc, 0);
        must(EVP_EncryptUpdate(evp_cbc, chain, &written, padded, (int)length - 8));
        link = chain + written - 8;
    }
    must(EVP_EncryptInit_ex2(evp_ede_cbc, ede_cbc, key, link, NULL));
    EVP_CIPHER_CTX_set_padding(evp_ede_cbc, 0);
    evp_block(evp_ede_cbc, padded + length - 8, out);
}

static const peer evp = {evp_tdes, evp_under_master, evp_retail_mac};

static int evp_start(void) {
    if (!OSSL_PROVIDER_load(NULL, "default") || !OSSL_PROVIDER_load(NULL, "legacy")) return 0;
    ede_ecb = EVP_CIPHER_fetch(NULL, "DES-EDE", NULL);
    ede_cbc = EVP_CIPHER_fetch(NULL, "DES-EDE-CBC", NULL);
    des_cbc = EVP_CIPHER_fetch(NULL, "DES-CBC", NULL);
    if (!ede_ecb || !ede_cbc || !des_cbc) return 0;
    evp_master = EVP_CIPHER_CTX_new();
    evp_ede = EVP_CIPHER_CTX_new();
    evp_ede_cbc = EVP_CIPHER_CTX_new();
    evp_cbc = EVP_CIPHER_CTX_new();
    must(EVP_EncryptInit_ex2(evp_master, ede_ecb, in.master, NULL, NULL));
    EVP_CIPHER_CTX_set_padding(evp_master, 0);
    return 1;
}

/* The work. */

static int verify(const peer *peer, byte key[16]) {
    byte card[16], complement[8], mac[8];
    for (int i = 0; i < 8; i++) complement[i] = (byte)~in.digits[i];
    peer->master(in.digits, card);
    peer->master(complement, card + 8);
    if (in.version == 10) {
        memcpy(key, card, 16);
    } else {
        byte diversifier[8] = {in.atc[0], in.atc[1], 0xF0};
        peer->tdes(card, diversifier, key);
        diversifier[2] = 0x0F;
        peer->tdes(card, diversifier, key + 8);
    }
    peer->retail_mac(key, in.padded, in.length, mac);
    return CRYPTO_memcmp(mac, in.arqc, 8) == 0;
}

static void answer(const peer *peer, const byte key[16], byte arpc[8]) {
    byte message[16] = {0};
    memcpy(message, in.arqc, 8);
    if (in.version == 10) {
        message[0] ^= in.signed_answer[0];
        message[1] ^= in.signed_answer[1];
        peer->tdes(key, message, arpc);
    } else {
        memcpy(message + 8, in.signed_answer, 4);
        message[12] = 0x80;
        peer->retail_mac(key, message, 16, arpc);
    }
}

static double cpu_time(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static int by_value(const void *a, const void *b) {
    double difference = *(const double *)a - *(const double *)b;
    return (difference > 0) - (difference < 0);
}

static void measure(const char *name, const peer *peer, int answered) {
    double rounds[ROUNDS];
    byte key[16], arpc[8];
    for (int round = 0; round < ROUNDS; round++) {
        double start = cpu_time();
        for (int i = 0; i < PER_ROUND; i++) {
            must(verify(peer, key));
            if (answered) answer(peer, key, arpc);
        }
        rounds[round] = (cpu_time() - start) / PER_ROUND;
    }
    qsort(rounds, ROUNDS, sizeof *rounds, by_value);
    if (answered) must(memcmp(arpc, in.arpc, in.answer) == 0);
    printf("%s %s %.0f\n", name, answered ? "answered" : "verified", rounds[ROUNDS / 2]);
}

int main(int count, char **word) {
    if (count != 9) return 2;
    in.version = atoi(word[1]);
    hex(word[2], in.master, 16);
    hex(word[3], in.digits, 8);
    hex(word[4], in.atc, 2);
    in.length = hex(word[5], in.padded, MOST);
    hex(word[6], in.arqc, 8);
    hex(word[7], in.signed_answer, 4);
    in.answer = hex(word[8], in.arpc, 8);
    low_schedule(in.master, low_master);
    measure("DES_*", &low, 0);
    measure("DES_*", &low, 1);
    if (!evp_start()) {
        fputs("no legacy provider: EVP left out\n", stderr);
        return 0;
    }
    measure("EVP", &evp, 0);
    measure("EVP", &evp, 1);
    return 0;
}
