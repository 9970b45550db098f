"""Names and words that the made-up hospital takes its rows from."""

from __future__ import annotations

UNITS = (
    ("MELATI", "Rawat Inap Melati"), ("IGD", "Instalasi Gawat Darurat"), ("ANGGREK", "Rawat Inap Anggrek"),
    ("FAR", "Instalasi Farmasi"), ("SARPRAS", "Sarana dan Prasarana"), ("KEU", "Keuangan"),
    ("RJ", "Rawat Jalan"), ("DIR", "Direksi"), ("LAB", "Laboratorium"), ("MAWAR", "Rawat Inap Mawar"),
    ("ICU", "Perawatan Intensif"), ("IBS", "Bedah Sentral"), ("RAD", "Radiologi"), ("GIZI", "Instalasi Gizi"),
    ("CSSD", "CSSD dan Laundry"), ("REKMED", "Rekam Medis"),
)
FIRST_NAMES = (
    "Adi", "Agus", "Ahmad", "Aisyah", "Ani", "Arif", "Ayu", "Bagus", "Bambang", "Bayu", "Budi", "Citra",
    "Dedi", "Desi", "Dewi", "Dian", "Dimas", "Eko", "Endang", "Fajar", "Farida", "Fitri", "Galih", "Gita",
    "Hadi", "Hana", "Hendra", "Ika", "Indah", "Intan", "Irfan", "Joko", "Kartika", "Komang", "Lestari",
    "Lina", "Made", "Maya", "Mega", "Nanda", "Ningsih", "Nur", "Nyoman", "Oki", "Putri", "Putu", "Rahmat",
    "Ratna", "Rina", "Rizki", "Rudi", "Sari", "Sinta", "Siti", "Slamet", "Sri", "Sulastri", "Taufik",
    "Tini", "Tono", "Utami", "Vina", "Wahyu", "Wati", "Wayan", "Wulan", "Yanti", "Yoga", "Yuni", "Zahra",
)
LAST_NAMES = (
    "Anggraini", "Aritonang", "Astuti", "Gunawan", "Halim", "Handayani", "Hartono", "Hasibuan", "Hidayat",
    "Irawan", "Kurniawan", "Kusuma", "Lestari", "Lubis", "Mahendra", "Maharani", "Mulyani", "Nasution",
    "Nugraha", "Nugroho", "Oktaviani", "Pangestu", "Permata", "Prasetyo", "Pratama", "Purnama", "Rahayu",
    "Rahmawati", "Ramadhan", "Saputra", "Santoso", "Setiawan", "Sihombing", "Simanjuntak", "Siregar",
    "Suharto", "Suryani", "Susanti", "Sutrisno", "Tanjung", "Tobing", "Utomo", "Wibowo", "Wicaksono",
    "Widodo", "Wijaya", "Wulandari", "Yulianti",
)
SUPPLIERS = (
    ("PT Medika Sarana Nusantara", "Rudi Hartono"), ("PT Farmaindo Sejahtera", "Lestari Wibowo"),
    ("PT Alkesindo Prima", "Anton Siregar"), ("CV Cahaya Kertas", "Yanti Halim"),
    ("PT Sinar Diagnostika", "Maria Kusuma"), ("CV Sumber Bersih", "Slamet Riyadi"),
    ("PT Aneka Gas Husada", "Dedi Supriadi"), ("CV Bina Linen Mandiri", "Nur Aini"),
    ("PT Boga Sehat", "Wulan Permata"), ("CV Karya Cetak", "Bayu Pratama"),
)
WARDS = (
    ("MEL", "Sal Melati", "general", "MELATI"), ("ANG", "Sal Anggrek", "surgical", "ANGGREK"),
    ("MAW", "Sal Mawar", "paediatric", "MAWAR"), ("ICU", "ICU", "intensive", "ICU"),
    ("ISO", "Sal Isolasi", "isolation", "MELATI"),
)
BUILDINGS = (
    ("GD-A", "Gedung A Rawat Jalan dan IGD", 5200, 4, 2014), ("GD-B", "Gedung B Rawat Inap", 8800, 6, 2017),
    ("GD-C", "Gedung C Bedah dan Penunjang", 4100, 3, 2019),
    ("GD-D", "Gedung D Logistik dan Utilitas", 2300, 2, 2012),
)
ROOMS = (
    ("Poli Penyakit Dalam", "polyclinic", "RJ", 0), ("Poli Anak", "polyclinic", "RJ", 0),
    ("Poli Jantung", "polyclinic", "RJ", 0), ("Ruang Triase", "emergency", "IGD", 0),
    ("Ruang Resusitasi", "emergency", "IGD", 0), ("Kamar Operasi 1", "theatre", "IBS", 2),
    ("Kamar Operasi 2", "theatre", "IBS", 2), ("Laboratorium Klinik", "laboratory", "LAB", 2),
    ("Ruang Rontgen", "radiology", "RAD", 2), ("Depo Farmasi", "pharmacy", "FAR", 0),
    ("Gudang Umum", "store", "SARPRAS", 3), ("Dapur Gizi", "kitchen", "GIZI", 3),
    ("Ruang Cuci", "laundry", "CSSD", 3), ("Kantor Keuangan", "office", "KEU", 0),
    ("Kantor Direksi", "office", "DIR", 0),
)
#: Name, kind of state asset, price in rupiah, work unit, and parts that hang on it.
ASSETS = (
    ("Ventilator", "30701", 385_000_000, "ICU", ("Kompresor udara", "Pelembap")),
    ("Monitor pasien", "30701", 62_000_000, "ICU", ("Modul SpO2", "Modul EKG", "Modul tekanan darah")),
    ("Pompa infus", "30701", 18_500_000, "MELATI", ()), ("Pompa suntik", "30701", 16_000_000, "ICU", ()),
    ("Elektrokardiograf", "30701", 45_000_000, "RJ", ("Kabel sadapan",)),
    ("Defibrilator", "30701", 120_000_000, "IGD", ("Baterai defibrilator",)),
    ("Meja operasi", "30701", 240_000_000, "IBS", ()),
    ("Lampu operasi", "30701", 175_000_000, "IBS", ("Kubah lampu", "Lengan lampu")),
    ("Mesin anestesi", "30701", 640_000_000, "IBS", ("Vaporizer", "Sirkuit napas")),
    ("Pesawat rontgen", "30701", 1_250_000_000, "RAD", ("Tabung sinar-X", "Detektor", "Generator")),
    ("Ultrasonograf", "30701", 410_000_000, "RAD", ("Probe linear", "Probe konveks")),
    ("Fotometer klinik", "30801", 95_000_000, "LAB", ()), ("Sentrifus", "30801", 38_000_000, "LAB", ()),
    ("Mikroskop", "30801", 27_500_000, "LAB", ("Lensa objektif",)),
    ("Tempat tidur pasien", "30701", 22_000_000, "MELATI", ()), ("Kursi roda", "30701", 2_750_000, "IGD", ()),
    ("Komputer meja", "31001", 11_500_000, "REKMED", ("Layar", "Papan tombol")),
    ("Pencetak laser", "31002", 4_200_000, "KEU", ()), ("Lemari arsip", "30501", 3_100_000, "REKMED", ()),
    ("Ambulans", "30201", 425_000_000, "IGD", ("Tandu ambulans", "Tabung oksigen ambulans")),
    ("Pendingin ruangan", "30502", 7_800_000, "SARPRAS", ()), ("Genset", "30103", 690_000_000, "SARPRAS", ()),
    ("Mesin cuci linen", "30502", 87_000_000, "CSSD", ()), ("Autoklaf", "30701", 210_000_000, "CSSD", ()),
    ("Lemari pendingin obat", "30502", 32_000_000, "FAR", ()),
)
BRANDS = ("Medtek", "Nusamed", "Alkesindo", "Prima", "Sentosa", "Garuda Medika", None)
#: What a class of room promises: words of the item's name, and how many.
PROMISED = (("Bantal pasien", 1), ("Selimut pasien", 2), ("Sprei pasien dewasa", 2), ("Handuk mandi", 1),
            ("Gorden partisi", 1))
SPECIALIZATIONS = ("Penyakit Dalam", "Anak", "Bedah", "Obstetri dan Ginekologi", "Jantung dan Pembuluh Darah",
                   "Paru", "Saraf", "Mata", "Kulit dan Kelamin", "Telinga Hidung Tenggorok")
COMPLAINTS = (
    "Demam sejak tiga hari", "Batuk berdahak", "Nyeri dada ketika berjalan", "Sakit kepala berulang",
    "Gatal di kedua lengan", "Mual dan muntah", "Nyeri lambung", "Sesak napas malam hari",
    "Penglihatan kabur", "Telinga berdenging", "Kontrol tekanan darah", "Kontrol gula darah",
    "Nyeri pinggang", "Luka lama sembuh", "Jantung berdebar", "Kontrol kehamilan",
)
PATIENT_SAYS = (
    "Selamat pagi, Dok.", "Sudah tiga hari, Dok.", "Obatnya sudah habis.", "Apakah perlu ke rumah sakit?",
    "Terima kasih, Dok.", "Suhu tadi pagi 38,2.", "Tidak ada alergi.", "Baik, saya coba.",
)
DOCTOR_SAYS = (
    "Selamat pagi. Apa keluhannya?", "Sejak kapan?", "Ada obat yang sedang diminum?",
    "Saya buatkan resep.", "Banyak minum dan istirahat.", "Kontrol lagi satu minggu.",
    "Kalau sesak, segera ke IGD.", "Ada riwayat alergi?",
)
ALLERGIES = (None, None, None, None, "Amoksisilin", "Parasetamol", "Udang", "Debu")
